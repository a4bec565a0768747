/**
 * Values as the texts that they were given as, blanks and all: what passes a state unchanged is answered as it came.
 *
 * T1. A text is found by the value's identity, never by being equal: what was computed is written anew.
 */
import type { Json } from '../../../definition/asl/scope.ts';

export type Source = { readonly text: string; readonly value: Json };

/** JSON of a value; of a given document, or (`part`) a list or object within one, its own text. */
export type Texts = { whole(value: Json): string; part(value: Json): string };

/** In characters: what is longer is not searched for the text of a part. */
const LONGEST_SEARCHED = 65_536;

export function textsOf(sources: readonly Source[]): Texts {
  const whole = (value: Json) => sources.find((source) => isContainer(value) && source.value === value)?.text;
  return {
    whole: (value) => whole(value) ?? JSON.stringify(value),
    part(value) {
      const known = whole(value);
      if (known !== undefined || !isContainer(value)) return known ?? JSON.stringify(value);
      for (const source of sources) {
        const found = source.text.length > LONGEST_SEARCHED ? undefined : textWithin(source, value);
        if (found !== undefined) return found;
      }
      return JSON.stringify(value);
    },
  };
}

const isContainer = (value: Json | undefined): value is Json & object => typeof value === 'object' && value !== null;

const TOKEN = /[{}[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+/g;

type Open = { readonly value: Json | undefined; readonly start: number; key: string | number };

/** The text of `wanted`, which is a part of the source's value by identity; the last one, as of members given twice. */
function textWithin({ text, value }: Source, wanted: Json & object): string | undefined {
  const open: Open[] = [];
  let found: string | undefined;
  let named = false;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const around = open.at(-1);
    if (token === '{' || token === '[') {
      open.push({ value: around ? memberOf(around) : value, start: index, key: token === '[' ? 0 : '' });
      named = false;
    } else if (token === '}' || token === ']') {
      open.pop();
      if (around?.value === wanted) found = text.slice(around.start, index + 1);
    } else if (token === ',') {
      if (typeof around?.key === 'number') around.key += 1;
      named = false;
    } else if (token === ':') named = true;
    else if (around && typeof around.key === 'string' && !named) around.key = JSON.parse(token) as string;
  }
  return found;
}

function memberOf({ value, key }: Open): Json | undefined {
  if (!isContainer(value)) return undefined;
  return (value as { readonly [key: string | number]: Json })[key];
}
