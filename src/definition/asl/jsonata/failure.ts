/**
 * The errors of JSONata at run time: their codes, and what each says. The sentences are those of the language's reference
 * implementation, which are AWS's too; syntax errors are worded by the parser.
 */
import { isCallable, type Value } from './values.ts';

/** What a sentence may name. */
export type FailureDetail = {
  readonly value?: Value;
  readonly value2?: Value;
  token?: string | undefined;
  readonly index?: number | undefined;
  readonly type?: string | undefined;
  readonly exp?: Value;
  readonly message?: string | undefined;
  readonly functionName?: string | undefined;
};

/** Thrown by evaluation. Without a code it is a bound of the evaluation itself, as AWS words it. */
export type JsonataFailure = Error & { readonly code: string | undefined; readonly detail: FailureDetail };

export function failure(code: string, detail: FailureDetail = {}): JsonataFailure {
  return Object.assign(new Error(code), { name: 'JsonataFailure', code, detail });
}

/** A bound of AWS's: no code of JSONata's, and another sentence around it. */
export function bound(message: string): JsonataFailure {
  return Object.assign(new Error(message), { name: 'JsonataFailure', code: undefined, detail: { message } });
}

export function isJsonataFailure(error: unknown): error is JsonataFailure {
  return error instanceof Error && error.name === 'JsonataFailure';
}

/** What the library's own functions throw: an object with a code, and what its sentence names. */
export function asFailure(thrown: unknown): JsonataFailure {
  if (isJsonataFailure(thrown)) return thrown;
  const code = codeOf(thrown);
  if (code !== undefined) return failure(code, thrown as FailureDetail);
  throw thrown;
}

function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

/**
 * In a template `{{name}}` stands for a value as JSON, `[[name]]` for a text as it is.
 * @returns `T2001: The left side of the "+" operator must evaluate to a number`; a bound's message alone
 */
export function sentenceOf(error: JsonataFailure): string {
  if (error.code === undefined) return error.message;
  const template = SENTENCES[error.code];
  if (template === undefined) return error.code;
  const detail = error.detail as Readonly<Record<string, unknown>>;
  const sentence = template.replaceAll(/\[\[(\w+)\]\]|\{\{(\w+)\}\}/g, (_whole, raw?: string, json?: string) =>
    raw === undefined ? shown(detail[json ?? '']) : String(detail[raw]),
  );
  return `${error.code}: ${sentence}`;
}

/** A value as JSON, cut where it is long: a cause is bounded, and evaluation may have made something very large. */
export function shown(value: unknown, mostParts = 200, longest = 1_000): string {
  if (value === undefined) return 'undefined';
  let left = mostParts;
  const text = JSON.stringify(value, (_name, part: Value) => {
    left -= 1;
    if (isCallable(part) || left < 0) return '';
    if (typeof part === 'string' && part.length > longest) return part.slice(0, longest);
    return Array.isArray(part) && part.length > mostParts ? part.slice(0, mostParts) : part;
  });
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

const SENTENCES: Readonly<Record<string, string>> = {
  T0410: 'Argument {{index}} of function {{token}} does not match function signature',
  T0411: 'Context value is not a compatible type with argument {{index}} of function {{token}}',
  T0412: 'Argument {{index}} of function {{token}} must be an array of {{type}}',
  D1001: 'Number out of range: {{value}}',
  D1002: 'Cannot negate a non-numeric value: {{value}}',
  T1003: 'Key in object structure must evaluate to a string; got: {{value}}',
  D1004: 'Regular expression matches zero length string',
  T1005: 'Attempted to invoke a non-function. Did you mean $[[token]]?',
  T1006: 'Attempted to invoke a non-function',
  T1007: 'Attempted to partially apply a non-function. Did you mean $[[token]]?',
  T1008: 'Attempted to partially apply a non-function',
  D1009: 'Multiple key definitions evaluate to same key: {{value}}',
  T1010: 'The matcher function argument passed to function {{token}} does not return the correct object structure',
  T2001: 'The left side of the {{token}} operator must evaluate to a number',
  T2002: 'The right side of the {{token}} operator must evaluate to a number',
  T2003: 'The left side of the range operator (..) must evaluate to an integer',
  T2004: 'The right side of the range operator (..) must evaluate to an integer',
  T2006: 'The right side of the function application operator ~> must be a function',
  T2007: 'Type mismatch when comparing values {{value}} and {{value2}} in order-by clause',
  T2008: 'The expressions within an order-by clause must evaluate to numeric or string values',
  T2009: 'The values {{value}} and {{value2}} either side of operator {{token}} must be of the same data type',
  T2010: 'The expressions either side of operator {{token}} must evaluate to numeric or string values',
  T2011: 'The insert/update clause of the transform expression must evaluate to an object: {{value}}',
  T2012: 'The delete clause of the transform expression must evaluate to a string or array of strings: {{value}}',
  T2013:
    'The transform expression clones the input object using the $clone() function.  This has been overridden in the current scope by a non-function.',
  D2014:
    'The size of the sequence allocated by the range operator (..) must not exceed 1e7.  Attempted to allocate {{value}}.',
  D3001: 'Attempting to invoke string function on Infinity or NaN',
  D3010: 'Second argument of replace function cannot be an empty string',
  D3011: 'Fourth argument of replace function must evaluate to a positive number',
  D3012: 'Attempted to replace a matched string with a non-string value',
  D3020: 'Third argument of split function must evaluate to a positive number',
  D3030: 'Unable to cast value to a number: {{value}}',
  D3040: 'Third argument of match function must evaluate to a positive number',
  D3050: 'The second argument of reduce function must be a function with at least two arguments',
  D3060: 'The sqrt function cannot be applied to a negative number: {{value}}',
  D3061:
    'The power function has resulted in a value that cannot be represented as a JSON number: base={{value}}, exponent={{exp}}',
  D3070:
    'The single argument form of the sort function can only be applied to an array of strings or an array of numbers.  Use the second argument to specify a comparison function',
  D3080: 'The picture string must only contain a maximum of two sub-pictures',
  D3081: "The sub-picture must not contain more than one instance of the 'decimal-separator' character",
  D3082: "The sub-picture must not contain more than one instance of the 'percent' character",
  D3083: "The sub-picture must not contain more than one instance of the 'per-mille' character",
  D3084: "The sub-picture must not contain both a 'percent' and a 'per-mille' character",
  D3085:
    "The mantissa part of a sub-picture must contain at least one character that is either an 'optional digit character' or a member of the 'decimal digit family'",
  D3086:
    'The sub-picture must not contain a passive character that is preceded by an active character and that is followed by another active character',
  D3087:
    "The sub-picture must not contain a 'grouping-separator' character that appears adjacent to a 'decimal-separator' character",
  D3088: "The sub-picture must not contain a 'grouping-separator' at the end of the integer part",
  D3089: "The sub-picture must not contain two adjacent instances of the 'grouping-separator' character",
  D3090:
    "The integer part of the sub-picture must not contain a member of the 'decimal digit family' that is followed by an instance of the 'optional digit character'",
  D3091:
    "The fractional part of the sub-picture must not contain an instance of the 'optional digit character' that is followed by a member of the 'decimal digit family'",
  D3092:
    "A sub-picture that contains a 'percent' or 'per-mille' character must not contain a character treated as an 'exponent-separator'",
  D3093:
    "The exponent part of the sub-picture must comprise only of one or more characters that are members of the 'decimal digit family'",
  D3100: 'The radix of the formatBase function must be between 2 and 36.  It was given {{value}}',
  D3110: 'The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given {{value}}',
  D3130:
    'Formatting or parsing an integer as a sequence starting with {{value}} is not supported by this implementation',
  D3131: 'In a decimal digit pattern, all digits must be from the same decimal group',
  D3132: 'Unknown component specifier {{value}} in date/time picture string',
  D3133: "The 'name' modifier can only be applied to months and days in the date/time picture string, not {{value}}",
  D3134: 'The timezone integer format specifier cannot have more than four digits',
  D3135: "No matching closing bracket ']' in date/time picture string",
  D3136: 'The date/time picture string is missing specifiers required to parse the timestamp',
  D3137: '[[message]]',
  D3138: 'The $single() function expected exactly 1 matching result.  Instead it matched more.',
  D3139: 'The $single() function expected exactly 1 matching result.  Instead it matched 0.',
  D3140: 'Malformed URL passed to $[[functionName]](): {{value}}',
  D3141: '[[message]]',
};
