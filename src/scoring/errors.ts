/**
 * The ways in which scoring says no. Each message names the thing, what is wrong with it and what to do; `kind` tells a caller
 * whose fault it is.
 */

/**
 * - `unsupported`: a proper model or request, but not one for this code; the model's own container can serve it
 * - `model`: no model, or a broken one
 * - `input`: a row or a file that cannot be scored
 */
export type ScoringFault = 'unsupported' | 'model' | 'input';

export class ScoringError extends Error {
  readonly kind: ScoringFault;

  constructor(kind: ScoringFault, message: string) {
    super(message);
    this.name = 'ScoringError';
    this.kind = kind;
  }
}

export const unsupported = (message: string) => new ScoringError('unsupported', message);
export const badModel = (message: string) => new ScoringError('model', message);
export const badInput = (message: string) => new ScoringError('input', message);
