/** Expressions by the parts of the language, as the reference implementation's own tests are cut, and the document they read. */
import type { Json } from '../scope.ts';

export const DOCUMENT: Json = { a: 1 };
export const TABLE: Readonly<Record<string, readonly string[]>> = { literals: ['1'] };
