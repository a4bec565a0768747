/**
 * The functions that AWS adds to JSONata, and `$random` with a seed. What they refuse, and how, is AWS's.
 *
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
import { createHash } from 'node:crypto';
import { bound, failure } from '../failure.ts';
import { spend, spendItems, spendText } from '../limits.ts';
import { freshDict, freshList, isList, type List, type Run, sequence, type Value } from '../values.ts';
import type { Implementation } from './implementation.ts';
import { javaRandom, randomFraction, randomUuid } from './random.ts';

/** By name: how many arguments at most, and what it does. */
export const AWS: Readonly<Record<string, { readonly most: number; readonly run: Implementation }>> = {
  partition: { most: 2, run: ([list, size], { run }) => partition(list, size, run) },
  range: { most: 3, run: ([from, to, step], { run }) => range(from, to, step, run) },
  hash: { most: 2, run: ([text, algorithm], { run }) => hash(text, algorithm, run) },
  random: { most: 1, run: ([seed], { run }) => random(seed, run) },
  uuid: { most: 0, run: (_args, { run }) => randomUuid(run) },
  parse: { most: 1, run: ([text], { run }) => parse(text, run) },
};

const unfit = (index: number) => failure('T0410', { index });

/** Fractions are cut off. @throws T0410 where it is no number */
function whole(value: Value, index: number): number {
  if (typeof value !== 'number' || Number.isNaN(value)) throw unfit(index);
  return Math.trunc(value) + 0;
}

function partition(list: Value, size: Value, run: Run): Value {
  if (list === undefined) return undefined;
  if (!isList(list)) throw failure('T0412', { index: 1, type: undefined });
  if (list.length === 0) return undefined;
  if (size === undefined) return freshList([list]);
  const length = whole(size, 2);
  if (length < 0) throw failure('D3137', { message: 'Second argument must be zero or greater' });
  if (length === 0) return undefined;
  spendItems(run, list.length * 2);
  const chunks = freshList();
  for (let at = 0; at < list.length; at += length) chunks.push(freshList(list.slice(at, at + length)));
  return chunks;
}

/** A range of one number is the number. */
function range(from: Value, to: Value, step: Value, run: Run): Value {
  const [first, last] = [whole(from, 1), whole(to, 2)];
  if (step === undefined) return undefined;
  const by = whole(step, 3);
  if (by === 0 || (by > 0 ? first > last : first < last)) return undefined;
  const count = Math.floor((last - first) / by) + 1;
  spendItems(run, count);
  return sequence(Array.from({ length: count }, (_none, index) => first + index * by));
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  'SHA-1': 'sha1',
  'SHA-384': 'sha384',
  'SHA-256': 'sha256',
  'SHA-512': 'sha512',
  MD5: 'md5',
};

function hash(text: Value, algorithm: Value, run: Run): Value {
  if (typeof text !== 'string') throw unfit(1);
  if (algorithm === undefined) return undefined;
  if (typeof algorithm !== 'string') throw unfit(2);
  const name = Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined;
  if (name === undefined) {
    const known = Object.keys(ALGORITHMS).join(', ');
    throw failure('D3137', { message: `Hash algorithm '${algorithm}' must be one of ${known}` });
  }
  spendText(run, text.length * 4);
  return createHash(name).update(text, 'utf8').digest('hex');
}

const LARGEST_LONG = 2n ** 63n - 1n;

function random(seed: Value, run: Run): number {
  if (seed === undefined) return randomFraction(run);
  const number = whole(seed, 1);
  if (!Number.isFinite(number)) return javaRandom(number > 0 ? LARGEST_LONG : -LARGEST_LONG - 1n);
  const exact = BigInt(number);
  return javaRandom(exact > LARGEST_LONG ? LARGEST_LONG : exact < -LARGEST_LONG - 1n ? -LARGEST_LONG - 1n : exact);
}

const invalid = () => failure('D3137', { message: 'Invalid JSON' });

function parse(text: Value, run: Run): Value {
  if (text === undefined) return undefined;
  if (typeof text !== 'string') throw unfit(1);
  spendText(run, text.length * 4);
  if (nestingOf(text) > 1_000) throw bound('The JSON given to $parse is nested deeper than 1,000 levels');
  let value: Value;
  try {
    value = JSON.parse(text) as Value;
  } catch {
    throw invalid();
  }
  return checked(value, run);
}

/** Brackets in texts count too: more than a thousand of them, unclosed, is no text that has to be read. */
function nestingOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return deepest;
}

/** Numbers that no double holds are refused; `-0` is 0. What is made here is marked as made here. */
function checked(value: Value, run: Run): Value {
  spend(run, 1);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw invalid();
    return value + 0;
  }
  if (isList(value)) return freshList((value as List).map((item) => checked(item, run)));
  if (typeof value !== 'object' || value === null) return value;
  const dict = freshDict();
  for (const [name, member] of Object.entries(value)) dict[name] = checked(member, run);
  return dict;
}
