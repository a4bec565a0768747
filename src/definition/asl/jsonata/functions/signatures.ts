/** The library's own functions and what checks their arguments, fetched from it once. */
import jsonata from 'jsonata';
import type { Signature, Value } from '../values.ts';

/** A function of the library, as an expression that names it gives it. */
type LibraryFunction = {
  readonly implementation: (this: unknown, ...args: Value[]) => Value;
  readonly signature: Signature;
};

const NAMES = [
  'abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent distinct',
  'each encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger formatNumber fromMillis join keys',
  'length lookup lowercase map match max merge millis min not now number pad parseInteger power random reduce replace',
  'reverse round shuffle sift single sort split spread sqrt string substring substringAfter substringBefore sum toMillis',
  'trim type uppercase zip',
].flatMap((line) => line.split(' '));

export type FunctionName = string;

const functions = (await jsonata(`[${NAMES.map((name) => `$${name}`).join(', ')}]`).evaluate(
  null,
)) as LibraryFunction[];

/** Every function that JSONata has, but `$eval`, which AWS does not offer. */
export const LIBRARY: ReadonlyMap<FunctionName, LibraryFunction> = new Map(
  NAMES.map((name, index) => [name, functions[index] as LibraryFunction]),
);

/** What checks arguments by a signature of the language, such as `<n-n?:n>`: the parser makes it for a lambda. */
export function signatureOf(signature: string): Signature {
  const known = parsed.get(signature);
  if (known) return known;
  const lambda = jsonata(`function($a, $b, $c)${signature}{ $a }`).ast() as unknown as { signature: Signature };
  parsed.set(signature, lambda.signature);
  return lambda.signature;
}

const parsed = new Map<string, Signature>();
