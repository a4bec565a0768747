/**
 * Makes an answer comparable with a recorded one: names, ids, times, the account and region become the placeholders that stand in
 * the recordings. Does what the recordings' own tool did with AWS's answers (localstack_snapshot), in its order.
 */
import type { Json, JsonObject, Transformer } from './cases.ts';
import { eachMember, isObject, membersAt } from './json.ts';

/** Where the answer comes from. */
export type Place = { account: string; region: string };
/** Something that is replaced in the answer's text. */
type Replace = (text: string) => string;
type Work = {
  document: Json;
  replacements: Replace[];
  /** `<uuid:1>`, `<uuid:2>`: the same value gets the same number. */
  reference(value: Json, name: string): void;
};

/** One that there is: `2016-13-05T25:29:29Z` is left as it is. */
const INSTANT = String.raw`\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])(?::[0-5]\d){2}(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)`;
const UUID = /^[a-f\d]{8}(?:-[a-f\d]{4}){3}-[a-f\d]{12}/i;
const ARN = /^arn:(?:aws[a-z-]*)?:(?:[\w.-]+)?:(?:[^:]+)?:(?:\d{12})?:(.*)/i;

export function normalise(answer: Json, transformers: readonly Transformer[], place: Place): Json {
  const work = begin(structuredClone(answer));
  parseTexts(work.document);
  const inOrder = [...transformers].sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0));
  for (const transformer of inOrder) apply(work, transformer);
  general(work, place);
  const text = work.replacements.reduce((all, replace) => replace(all), JSON.stringify(work.document));
  return JSON.parse(text) as Json;
}

function begin(document: Json): Work {
  const replacements: Replace[] = [];
  const numbered = new Set<string>();
  const counts = new Map<string, number>();
  return {
    document,
    replacements,
    reference(value, name) {
      if (typeof value !== 'string' || numbered.has(value)) return;
      numbered.add(value);
      const number = (counts.get(name) ?? 0) + 1;
      counts.set(name, number);
      const written = JSON.stringify(value).slice(1, -1);
      replacements.push((text) => text.split(written).join(`<${name}:${number}>`));
    },
  };
}

/** Texts that hold a JSON object become that object, one level deep. */
function parseTexts(value: Json): void {
  if (Array.isArray(value)) for (const item of value) if (isObject(item)) parseTexts(item);
  if (!isObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'object') parseTexts(member);
    if (typeof member === 'string' && member.startsWith('{')) value[name] = parsed(member);
  }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function apply(work: Work, transformer: Transformer): void {
  const { document, replacements, reference } = work;
  switch (transformer.kind) {
    case 'regex': {
      const insensitive = transformer.regex.startsWith('(?i)');
      const pattern = new RegExp(
        insensitive ? transformer.regex.slice(4) : transformer.regex,
        insensitive ? 'gi' : 'g',
      );
      replacements.push((text) => text.replace(pattern, () => transformer.replacement));
      return;
    }
    case 'text':
      replacements.push((text) => text.split(transformer.text).join(transformer.replacement));
      return;
    case 'jsonpath':
      for (const { of, name, value } of membersAt(document, transformer.jsonpath)) {
        if (transformer.ref) reference(value, transformer.replacement);
        else of[name] = transformer.replacement;
      }
      return;
    case 'key':
      eachMember(document, ({ of, name, value }) => {
        if (name !== transformer.key || value === null || value === '') return false;
        if (transformer.ref) reference(value, transformer.replacement);
        else of[name] = transformer.replacement;
        return true;
      });
      return;
    case 'sort':
      eachMember(document, ({ name, value }) => {
        if (name === transformer.key && Array.isArray(value)) value.sort(byText);
        return false;
      });
      return;
    case 'keyfn':
      if (transformer.fn.includes('cause_details')) causeDetails(work, transformer.replacement);
      if (transformer.fn.includes('resource_name')) resourceNames(work, transformer.replacement);
      return;
    case 'resource_name':
      resourceNames(work, transformer.replacement ?? 'resource');
      return;
    case 'custom':
      if (transformer.name === 'SfnNoneRecursiveParallelTransformer') parallelEvents(document);
      return;
    case 'generic':
      if (transformer.fn === '_convert_output_to_json') outputsAsJson(document);
      return;
  }
}

/** Outputs that are lists or scalars become those; objects have become objects already. */
function outputsAsJson(document: Json): void {
  eachMember(document, ({ of, name, value }) => {
    if (name === 'output' && typeof value === 'string') of[name] = parsed(value);
    return false;
  });
}

const byText = (a: Json, b: Json) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** What the recordings' tool does to all answers. */
function general(work: Work, { account, region }: Place): void {
  const { document, replacements, reference } = work;
  for (const [text, placeholder] of [
    [account, '111111111111'],
    [region, '<region>'],
    ['arn:aws:', 'arn:<partition>:'],
  ] as const)
    replacements.push((all) => all.split(text).join(placeholder));
  eachMember(document, ({ name, value }) => {
    if (typeof value !== 'string' || !name.toLowerCase().endsWith('id') || !UUID.test(value)) return false;
    reference(value, 'uuid');
    return true;
  });
  replacements.push((text) => text.replace(new RegExp(INSTANT, 'g'), 'date'));
  eachMember(document, ({ of, name, value }) => {
    const instant = typeof value === 'string' && new RegExp(`^${INSTANT}`).test(value);
    if ((/timestamp/i.test(name) || name === 'creationTime' || name === 'ingestionTime') && !instant) {
      of[name] = 'timestamp';
      return true;
    }
    if (/Date$/.test(name) && typeof value === 'number') of[name] = 'datetime';
    return false;
  });
}

/** The JSON that a cause quotes. */
function causeDetails({ document, reference }: Work, name: string): void {
  eachMember(document, ({ name: member, value }) => {
    const quoted = member === 'cause' && typeof value === 'string' ? /.*'({.*})'/s.exec(value)?.[1] : undefined;
    if (quoted === undefined || typeof parsed(quoted) === 'string') return false;
    reference(quoted, name);
    return true;
  });
}

/** The last part of every ARN. */
function resourceNames({ document, reference }: Work, name: string): void {
  eachMember({ document }, ({ value }) => {
    const resource = typeof value === 'string' ? ARN.exec(value)?.[1] : undefined;
    if (resource === undefined) return false;
    reference(resource.split(resource.includes('/') ? '/' : ':').at(-1)!, name);
    return true;
  });
}

const PARALLEL_ENDS = ['ParallelStateSucceeded', 'ParallelStateAborted', 'ParallelStateExited', 'ParallelStateFailed'];

/**
 * Events of branches come in any order: they are sorted. As the recordings' tool does it, down to what it does wrong: a second end
 * puts the branches' events in place of what stands between them and it.
 */
function parallelEvents(document: Json): void {
  eachMember({ document }, ({ name, value }) => {
    if (name === 'events' && Array.isArray(value)) sortBranches(value);
    return false;
  });
}

function sortBranches(events: Json[]): void {
  let start = 0;
  let inside: JsonObject[] = [];
  let within = false;
  for (let at = 0; at < events.length; at++) {
    const event = events[at];
    if (!isObject(event)) continue;
    const type = String(event.type);
    if (PARALLEL_ENDS.includes(type)) {
      const sorted = [...inside].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
      events.splice(start, at - start, ...sorted);
      within = false;
    } else if (type === 'ParallelStateStarted') {
      within = true;
      inside = [];
      start = at + 1;
    } else if (within) {
      event.id = [0];
      event.previousEventId = 0;
      inside.push(event);
    }
  }
}

/** The document with its members in order of their names. */
function sortKey(value: Json): string {
  const ordered = (one: Json): Json => {
    if (Array.isArray(one)) return one.map(ordered);
    if (!isObject(one)) return one;
    return Object.fromEntries(
      Object.keys(one)
        .sort()
        .map((name) => [name, ordered(one[name]!)]),
    );
  };
  return JSON.stringify(ordered(value));
}
