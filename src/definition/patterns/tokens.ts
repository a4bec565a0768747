/**
 * A pattern's text, token by token. It knows where AWS's parser (Jackson) stands after each of them, since AWS says so in its
 * refusals: behind a token that is read whole, but within a string whose text nobody has asked for yet; and a name is read
 * together with the beginning of its value.
 */
import { sourceAt } from '../asl/parse/json.ts';
import { patternFault } from './fault.ts';

export type Kind = '{' | '}' | '[' | ']' | 'name' | 'string' | 'number' | 'true' | 'false' | 'null';

export type Tokens = {
  next(): Kind;
  /** Of the token that `next` answered last. */
  text(): string;
  /** @throws what is refused, and where */
  refuse(message: string): never;
};

/** Jackson's own. */
const MAX_DEPTH = 1000;
const NUMBER = /-?[\d.eE+-]+/y;
const BLANK = /[\s,]*/y;
const LITERALS = ['true', 'false', 'null'] as const;

/** @param source valid JSON */
export function tokensOf(source: string): Tokens {
  const containers: ('{' | '[')[] = [];
  let at = 0;
  let start = 0;
  let kind: Kind = 'null';
  let name = '';
  /** The beginning of a name's value, read already. */
  let pending: Kind | undefined;
  /** A string has begun, and nobody has asked for its text. */
  let unfinished = false;

  const skip = (pattern: RegExp): void => {
    pattern.lastIndex = at;
    at += pattern.exec(source)?.[0].length ?? 0;
  };

  function finish(): void {
    if (!unfinished) return;
    unfinished = false;
    while (source[at] !== '"') at += source[at] === '\\' ? 2 : 1;
    at += 1;
  }

  function begin(opened: '{' | '['): Kind {
    containers.push(opened);
    if (containers.length > MAX_DEPTH) {
      const depth = `Document nesting depth (${containers.length}) exceeds the maximum allowed (${MAX_DEPTH})`;
      throw patternFault(depth);
    }
    at += 1;
    return opened;
  }

  function value(): Kind {
    skip(BLANK);
    start = at;
    const first = source[at];
    if (first === '{' || first === '[') return begin(first);
    if (first === '"') {
      at += 1;
      unfinished = true;
      return 'string';
    }
    const literal = LITERALS.find((one) => source.startsWith(one, at));
    if (literal) at += literal.length;
    else skip(NUMBER);
    return literal ?? 'number';
  }

  function member(): Kind {
    start = at;
    at += 1;
    unfinished = true;
    finish();
    name = JSON.parse(source.slice(start, at)) as string;
    at = source.indexOf(':', at) + 1;
    pending = value();
    return 'name';
  }

  function read(): Kind {
    finish();
    skip(BLANK);
    const closes = source[at];
    if (closes === '}' || closes === ']') {
      containers.pop();
      at += 1;
      return closes;
    }
    return containers.at(-1) === '{' ? member() : value();
  }

  return {
    next() {
      kind = pending ?? read();
      if (kind !== 'name') pending = undefined;
      return kind;
    },
    text() {
      if (kind === 'name') return name;
      if (kind === 'number') return source.slice(start, at);
      if (kind !== 'string') return kind;
      finish();
      return JSON.parse(source.slice(start, at)) as string;
    },
    refuse(message) {
      throw patternFault(`${message}\n at ${sourceAt(source, at)}`);
    },
  };
}
