/** JSONata of state machines: compiled once, evaluated for a scope. */
export { compileJsonata, isJsonata } from './expression.ts';
export { compileJsonataTemplate } from './template.ts';
export { compileTypedJsonata } from './typed.ts';
