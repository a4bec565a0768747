/** What the JSONPath language is made of: paths, payload templates, reference paths and choice rules, each compiled once. */
export { compileChoiceTest } from './choice/compile.ts';
export { compilePath } from './path.ts';
export { compileReferencePath, putAt } from './referencePath.ts';
export { compileTemplate } from './template.ts';
export { instantOf } from './timestamp.ts';
