/** What the compilers of the kinds of nodes share. */
import type { Node } from './syntax.ts';
import type { Code } from './values.ts';

/** What is known of the whole expression while its parts are compiled. */
export type Compilation = {
  /** Names that something in the expression binds: only these need be looked for in frames. */
  readonly bound: ReadonlySet<string>;
  readonly code: (node: Node) => Code;
  /** In tail position of a function's body: a call is answered, not made. */
  readonly tail: (node: Node) => Code;
};
