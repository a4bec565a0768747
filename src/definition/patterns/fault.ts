/** Why a pattern is refused, in AWS's words. Thrown within this folder only; `compilePattern` answers it. */

type PatternFault = Error & { readonly patternFault: true };

export const patternFault = (message: string): PatternFault =>
  Object.assign(new Error(message), { patternFault: true as const });

export const isPatternFault = (error: unknown): error is PatternFault =>
  error instanceof Error && 'patternFault' in error;
