/** The compiler of definitions: what services and the engine use of this folder. */
export { createMessage, type Diagnostic } from './diagnostics.ts';
export { parseJson } from './json.ts';
export {
  type CompileOptions,
  checkedMachine,
  compileMachine,
  compileState,
  type UnsupportedFields,
  type VariableReferences,
} from './machine.ts';
