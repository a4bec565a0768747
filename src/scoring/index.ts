/**
 * Scoring of XGBoost models in Telar's own process: what transform jobs and endpoints use of it.
 *
 * Whether a model is one for this code is told by trying: a ScoringError of kind `unsupported` says why not, and its container serves it.
 */
export { type BatchJob, type FileResult, scoreFiles } from './batch/batch.ts';
export { ScoringError } from './errors.ts';
