/** The compiler of definitions: what services and the engine use of this folder. */
export { createMessage, type Diagnostic } from './diagnostics.ts';
export { parseJson } from './json.ts';
export { compileMachine, compileState, type VariableReferences } from './machine.ts';
