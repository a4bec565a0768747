/**
 * The JSONPaths of DataProcessing: `$`, `.name`, `['a','b']`, `[n,m]`, `[a:b]`, `*`, with negative positions counted from the end.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
 *
 * P1. What `parseDataPath` accepts, `select` carries out: nothing is found out about a path while data goes through it.
 */
import type { Json } from '../../../definition/pipeline/types.ts';
import { isRecord } from './exactJson.ts';

type Step =
  | { kind: 'names'; names: readonly string[] }
  | { kind: 'positions'; positions: readonly number[] }
  | { kind: 'slice'; from: number | undefined; to: number | undefined }
  | { kind: 'all' };

/** Selections one after the other; empty for `$`, the whole. */
export type DataPath = readonly Step[];

/** What a path does not find: in words that follow the record. */
export type Missing = { missing: string };

const NAME = /^\.([A-Za-z_][A-Za-z0-9_-]*)/;
const NAMES = /^\[\s*('[^']*'(?:\s*,\s*'[^']*')*|"[^"]*"(?:\s*,\s*"[^"]*")*)\s*\]/;
const POSITIONS = /^\[\s*(-?\d{1,9}(?:\s*,\s*-?\d{1,9})*)\s*\]/;
const SLICE = /^\[\s*(-?\d{1,9})?\s*:\s*(-?\d{1,9})?\s*\]/;
const ALL = /^(\.\*|\[\s*\*\s*\])/;

/** @returns the path, or what is wrong with the text: words that follow its name */
export function parseDataPath(text: string): DataPath | string {
  if (!text.startsWith('$')) return `must begin with '$', and is '${text}'`;
  const steps: Step[] = [];
  let rest = text.slice(1);
  while (rest !== '') {
    const last = steps.at(-1);
    if (last && selectsSeveral(last)) return `selects several values before its end: '${text}'`;
    const [step, length] = nextStep(rest) ?? [];
    if (!step) return `cannot be read from '${rest}' on. Use .name, ['name'], [position], [from:to] and *`;
    steps.push(step);
    rest = rest.slice(length);
  }
  return steps;
}

function nextStep(rest: string): [Step, number] | undefined {
  const found = (pattern: RegExp) => pattern.exec(rest);
  const name = found(NAME);
  if (name) return [{ kind: 'names', names: [name[1]!] }, name[0].length];
  const names = found(NAMES);
  if (names) return [{ kind: 'names', names: quoted(names[1]!) }, names[0].length];
  const positions = found(POSITIONS);
  if (positions) return [{ kind: 'positions', positions: positions[1]!.split(',').map(Number) }, positions[0].length];
  const slice = found(SLICE);
  if (slice) return [{ kind: 'slice', from: whole(slice[1]), to: whole(slice[2]) }, slice[0].length];
  const all = found(ALL);
  return all ? [{ kind: 'all' }, all[0].length] : undefined;
}

const quoted = (list: string): string[] =>
  [...list.matchAll(/'([^']*)'|"([^"]*)"/g)].map(([, one, two]) => one ?? two ?? '');
const whole = (digits: string | undefined) => (digits === undefined ? undefined : Number(digits));

function selectsSeveral(step: Step): boolean {
  if (step.kind === 'names') return step.names.length > 1;
  return step.kind !== 'positions' || step.positions.length > 1;
}

/** A path as it may be written, so that `parseDataPath` reads the same. */
export const textOf = (path: DataPath): string => `$${path.map(stepText).join('')}`;

function stepText(step: Step): string {
  if (step.kind === 'all') return '[*]';
  if (step.kind === 'positions') return `[${step.positions}]`;
  if (step.kind === 'slice') return `[${step.from ?? ''}:${step.to ?? ''}]`;
  const quote = step.names.some((name) => name.includes("'")) ? '"' : "'";
  return `[${step.names.map((name) => `${quote}${name}${quote}`)}]`;
}

/** Whether a path can be of a row of CSV, whose columns have positions and no names. */
export const fitsRows = (path: DataPath): boolean => path.length <= 1 && path.every(({ kind }) => kind !== 'names');

/** What a path selects: of several names an object, of several positions a list. */
export function select(path: DataPath, value: Json): { value: Json } | Missing {
  let selected = value;
  for (const step of path) {
    const next = selectStep(step, selected);
    if ('missing' in next) return next;
    selected = next.value;
  }
  return { value: selected };
}

function selectStep(step: Step, value: Json): { value: Json } | Missing {
  if (step.kind === 'all') {
    if (Array.isArray(value) || isRecord(value)) return { value: Object.values(value) };
    return { missing: 'has no elements' };
  }
  if (step.kind === 'names') return selectNames(step.names, value);
  if (!Array.isArray(value)) return { missing: 'is no list' };
  if (step.kind === 'slice') return { value: value.slice(step.from, step.to) };
  const found: Json[] = [];
  for (const position of step.positions) {
    const element = value.at(position);
    if (element === undefined) return { missing: `has no element ${position}: it has ${value.length}` };
    found.push(element);
  }
  return { value: found.length === 1 ? found[0]! : found };
}

function selectNames(names: readonly string[], value: Json): { value: Json } | Missing {
  if (!isRecord(value)) return { missing: `has no '${names[0]}'` };
  const found: [string, Json][] = [];
  for (const name of names) {
    if (!Object.hasOwn(value, name)) return { missing: `has no '${name}'` };
    found.push([name, value[name]!]);
  }
  return { value: found.length === 1 ? found[0]![1] : Object.fromEntries(found) };
}
