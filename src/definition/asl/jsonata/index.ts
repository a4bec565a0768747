/** JSONata in state machines: what the parser of definitions and the engine use of this folder. */
export { compileJsonata, isJsonata } from './expression.ts';
export { compileJsonataTemplate } from './template.ts';
export { compileTypedJsonata } from './typed.ts';
