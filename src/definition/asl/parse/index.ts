/** The compiler of definitions: what the service and the engine use of this folder. */
export { createMessage, type Diagnostic } from './diagnostics.ts';
export { type CompiledMachine, type CompileOptions, compileMachine, type VariableReferences } from './machine.ts';
