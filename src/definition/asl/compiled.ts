/** What compiling a field of a definition answers: a function of a scope, or everything that is wrong with the field. */
import type { Evaluate, Json } from './scope.ts';

/** `at` is the place below the field that was compiled: `''` for the field itself, `/a/0/b.$` for a member of its template. */
export type Problem = {
  readonly at: string;
  readonly message: string;
  /** AWS's code of a diagnostic, where it is not SCHEMA_VALIDATION_FAILED. */
  readonly code?: 'INVALID_JSONATA_EXPRESSION' | 'UNSUPPORTED_JSONATA_EXPRESSION';
};

export type Compiled<T extends Json = Json> =
  | {
      readonly ok: true;
      readonly evaluate: Evaluate<T>;
      /** Names of the variables that it refers to, without `$`; each once, sorted. `states` and functions are none. */
      readonly variables: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };
