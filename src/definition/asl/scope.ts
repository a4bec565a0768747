/**
 * What an expression sees when it is evaluated, and what a compiled expression is: one shape for JSONPath, intrinsic functions,
 * payload templates and JSONata.
 *
 * V1. Evaluating reads nothing but the scope: no clock, no chance of its own. The same scope gives the same value, so that a
 *     journal folded again gives the same execution.
 * V2. Values are never changed in place: what an expression answers may share structure with what it read.
 */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [name: string]: Json };

/** Variables by name; undefined when there is none. Branches and iterations see those around them. */
export type Variables = { readonly get: (name: string) => Json | undefined };

export type Scope = {
  /** The document of `$` (JSONPath); `$states.input` (JSONata). */
  readonly input: Json;
  /** `$$`, `$states.context`; made on the first use. */
  readonly context: () => JsonObject;
  readonly variables: Variables;
  /** `$states.result`, where there is one: Output and Assign of a state that has worked. */
  readonly result?: Json;
  /** `$states.errorOutput`, where there is one: Output and Assign of a catcher. */
  readonly errorOutput?: Json;
  /** Milliseconds since the epoch: `$now()`, `$millis()`. The same for all that one event leads to. */
  readonly now: number;
  /** Fills the bytes from the execution's own seeded source: `States.UUID()`, `States.MathRandom`, `$uuid()`, `$random()`. */
  readonly random: (bytes: Uint8Array) => void;
};

/** A compiled field. @throws StatesError with a cause in AWS's words */
export type Evaluate<T extends Json = Json> = (scope: Scope) => T;
