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

/** One parameter: the types that it takes, and of a list the type that all its items must have. */
type Parameter = { readonly types: string; readonly items: string | undefined; readonly optional: boolean };

/**
 * The library's check, and before it one that lets pass, without more ado, what is plainly right: every argument given, and of
 * the type asked for. All that is to be completed, wrapped or refused is left to the library.
 */
export function checkedBy(library: Signature & { readonly definition?: string }): Signature {
  const parameters = parametersOf(library.definition ?? '');
  if (!parameters) return library;
  return {
    validate: (args, context) => (fits(parameters, args) ? (args as Value[]) : library.validate(args, context)),
  };
}

function parametersOf(definition: string): Parameter[] | undefined {
  const [list = ''] = definition.slice(1).split(/:[^:]*>$/);
  if (list.includes('+')) return undefined;
  return [...list.matchAll(/(\w|\(\w+\))(?:<(\w)[^>]*>)?([-?]?)/g)].map(([, types = '', items, mode]) => ({
    types,
    items: types === 'a' ? items : undefined,
    optional: mode === '?',
  }));
}

function fits(parameters: readonly Parameter[], args: readonly Value[]): boolean {
  if (args.length > parameters.length) return false;
  for (let index = 0; index < parameters.length; index += 1) {
    const { types, items, optional } = parameters[index] as Parameter;
    if (index >= args.length) {
      if (!optional) return false;
      continue;
    }
    const arg = args[index];
    const type = letterOf(arg);
    if (type === undefined || !(types === type || types === 'x' || (types.length > 1 && types.includes(type))))
      return false;
    if (items !== undefined && !(arg as Value[]).every((item) => letterOf(item) === items)) return false;
  }
  return true;
}

/** The letter of a type in signatures; none where the library has to look. */
function letterOf(value: Value): string | undefined {
  switch (typeof value) {
    case 'string':
      return 's';
    case 'number':
      return 'n';
    case 'boolean':
      return 'b';
    case 'function':
      return 'f';
    default:
      return Array.isArray(value) ? 'a' : value === undefined ? undefined : value === null ? 'l' : undefined;
  }
}
