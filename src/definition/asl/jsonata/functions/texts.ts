/** Functions of texts and times: the library's, with bounds before them; own ones where the library's would do too much at once. */
import { textOf, truth } from '../data.ts';
import { asFailure, bound, failure } from '../failure.ts';
import { spend, spendItems, spendText } from '../limits.ts';
import type { Run, Value } from '../values.ts';
import type { Implementation } from './implementation.ts';
import { LIBRARY } from './signatures.ts';

export const TEXTS: Readonly<Record<string, Implementation>> = {
  boolean: ([value], { run }) => truth(value, run),
  not: ([value], { run }) => {
    const held = truth(value, run);
    return held === undefined ? undefined : !held;
  },
  string: ([value, pretty], { run }) => (value === undefined ? undefined : textOf(value, run, pretty === true)),
  join: ([texts, separator], { run }) => join(texts as string[] | undefined, separator as string | undefined, run),
  pad: ([text, width, character], { run }) =>
    pad(text as string | undefined, width as number, character as string | undefined, run),
  now: (args, { run }) => library('fromMillis', [run.scope.now, ...args]),
  millis: (_args, { run }) => run.scope.now,
  toMillis: ([text, picture], { run }) => toMillis(text as string | undefined, picture as string | undefined, run),
};

/** Functions of the library that are taken as they are: their work is that of going through their texts a few times. */
export const AS_THEY_ARE = [
  'abs assert base64decode base64encode ceil decodeUrl decodeUrlComponent encodeUrl encodeUrlComponent error exists floor',
  'formatBase formatInteger formatNumber fromMillis length lowercase number parseInteger power round sqrt substring',
  'substringAfter substringBefore trim type uppercase',
].flatMap((line) => line.split(' '));

/** `self` is what a function finds itself called in, where it asks. */
function library(name: string, args: readonly Value[], self?: unknown): Value {
  const found = LIBRARY.get(name);
  if (!found) throw new Error(`No function $${name} in the library`);
  try {
    return found.implementation.call(self, ...args);
  } catch (thrown) {
    // Its own failures have codes. Others are those of JavaScript, for arguments that a signature lets pass.
    throw thrown instanceof Error ? bound(`${thrown.message} in $${name}`) : asFailure(thrown);
  }
}

/** The length of a picture or of a number's text: more is nobody's. */
const LONGEST_PICTURE = 1_000;

/** Charges a function of the library for the texts that it is given. */
export function charged(name: string): Implementation {
  return (args, { run }) => {
    for (const arg of args) if (typeof arg === 'string') spendText(run, arg.length * 16);
    if (PICTURED.has(name) && typeof args[1] === 'string' && args[1].length > LONGEST_PICTURE)
      throw bound(`The picture of $${name} is longer than ${LONGEST_PICTURE} characters`);
    spend(run, 1);
    return library(name, args);
  };
}

const PICTURED: ReadonlySet<string> = new Set(['formatNumber', 'formatInteger', 'parseInteger', 'fromMillis']);

function join(texts: readonly string[] | undefined, separator = '', run: Run): Value {
  if (texts === undefined) return undefined;
  spendItems(run, texts.length);
  let length = separator.length * texts.length;
  for (const text of texts) length += text.length;
  spendText(run, length);
  return texts.join(separator);
}

function pad(text: string | undefined, width: number, character = ' ', run: Run): Value {
  if (text === undefined) return undefined;
  const units = Math.abs(Math.trunc(width)) || 0;
  spendText(run, units * Math.max(1, character.length) + text.length);
  return library('pad', [text, width, character]);
}

const LONGEST_TIMESTAMP = 128;
/** Parts of a picture behind which only trying tells where they end. The library tries: so few of them, on short texts. */
const MOST_OPEN_PARTS = 3;

function toMillis(text: string | undefined, picture: string | undefined, run: Run): Value {
  if (text === undefined) return undefined;
  if (text.length > LONGEST_TIMESTAMP) throw failure('D3110', { value: text });
  if (picture !== undefined && (picture.length > LONGEST_PICTURE || openParts(picture) > MOST_OPEN_PARTS))
    throw bound('The picture of $toMillis is too long, or has too many parts that nothing separates');
  spend(run, 100);
  // What the picture leaves open is taken from the present.
  return library('toMillis', [text, picture], { environment: { timestamp: new Date(run.scope.now) } });
}

/** `[Y0001][M01]` is read by width; `[M01]-` ends at the dash, and a word before it may hold one. */
function openParts(picture: string): number {
  const parts = [...picture.matchAll(/\[(\w)([^\]]*)\](?=(.?))/gs)];
  return parts.filter(([, component = '', presentation = '', next = '']) => {
    if (/[wW]/.test(presentation)) return true;
    if (next === '' || /[^\w[]/.test(next)) return false;
    const decimal = presentation === '' ? !/[FPfZz]/.test(component) : /[\d#]/.test(presentation);
    return !(decimal && next === '[' && component !== 'f');
  }).length;
}
