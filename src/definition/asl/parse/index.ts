/** The compiler of definitions: what services and the engine use of this folder. */
export { createMessage, type Diagnostic } from './diagnostics.ts';
export {
  type CompiledMachine,
  type CompiledState,
  type CompileOptions,
  compileMachine,
  compileState,
  type VariableReferences,
  variableReferences,
} from './machine.ts';
