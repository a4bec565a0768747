/**
 * The fields that patterns look at, and what an event holds in them. Everything else of an event is passed by, so that reading
 * one takes the time of looking at its names, whatever it is.
 *
 * F1. Names are joined by dots: `{"a.b": 1}` and `{"a": {"b": 1}}` are the same, in patterns and in events.
 * F2. What stands in the elements of one list of objects belongs together, element by element: a pattern matches one of them.
 */
import type { Scalar } from './types.ts';

/** A name within the names before it; `field` where a pattern looks at it. */
export type Place = { readonly children: Map<string, Place>; field?: Field };
export type Field = {
  readonly id: number;
  /** Where a list may stand that the field is in, from the outermost. */
  readonly within: readonly Place[];
};

/** What an event, or an element of one of its lists, holds: by the fields' numbers. */
export type Held = {
  readonly values: (Scalar[] | undefined)[];
  /** The objects of each list. */
  lists?: Map<Place, Held[]>;
};

export type Vocabulary = { readonly root: Place; readonly fields: Field[] };

export const createVocabulary = (): Vocabulary => ({ root: { children: new Map() }, fields: [] });

/** The field of that path: a new one, where no pattern has named it before. */
export function fieldOf({ root, fields }: Vocabulary, path: string): Field {
  const within: Place[] = [];
  let place = root;
  for (const name of path.split('.')) {
    const next: Place = place.children.get(name) ?? { children: new Map() };
    place.children.set(name, next);
    if (place !== root) within.push(place);
    place = next;
  }
  if (!place.field) {
    place.field = { id: fields.length, within };
    fields.push(place.field);
  }
  return place.field;
}

/** @param event a JSON value */
export function heldIn({ root }: Vocabulary, event: unknown): Held {
  const held: Held = { values: [] };
  if (typeof event === 'object' && event !== null && !Array.isArray(event)) readObject(root, event, held);
  return held;
}

function readObject(place: Place, object: object, held: Held): void {
  const members = object as Record<string, unknown>;
  for (const name of Object.keys(members)) {
    const found = place.children.get(name) ?? (name.includes('.') ? placeOf(place, name) : undefined);
    if (found) read(found, members[name], held);
  }
}

function placeOf(place: Place, name: string): Place | undefined {
  let found: Place | undefined = place;
  for (const part of name.split('.')) {
    found = found.children.get(part);
    if (!found) return undefined;
  }
  return found;
}

function read(place: Place, value: unknown, held: Held): void {
  if (Array.isArray(value)) readList(place, value, held);
  else if (!isObject(value)) readScalar(place, value as Scalar, held);
  else if (place.children.size > 0) readObject(place, value, held);
}

/** Lists of lists are one list: without recursion, as nothing bounds how deep they are. */
function readList(place: Place, list: readonly unknown[], held: Held): void {
  const left: (readonly unknown[])[] = [list];
  for (let one = left.pop(); one; one = left.pop()) {
    for (const element of one) {
      if (Array.isArray(element)) left.push(element);
      else if (isObject(element)) readElement(place, element, held);
      else readScalar(place, element as Scalar, held);
    }
  }
}

function readScalar({ field }: Place, value: Scalar, held: Held): void {
  if (!field) return;
  const values = held.values[field.id];
  if (values) values.push(value);
  else held.values[field.id] = [value];
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readElement(place: Place, element: object, held: Held): void {
  if (place.children.size === 0) return;
  const own: Held = { values: [] };
  readObject(place, element, own);
  held.lists ??= new Map();
  const elements = held.lists.get(place);
  if (elements) elements.push(own);
  else held.lists.set(place, [own]);
}

/** Everything that stands in a field, lists and all. */
export function everyValue(held: Held, field: Field, visit: (value: Scalar) => void): void {
  const values = held.values[field.id];
  if (values) for (const value of values) visit(value);
  if (!held.lists) return;
  for (const place of field.within) {
    for (const element of held.lists.get(place) ?? []) everyValue(element, field, visit);
  }
}

export function holds(held: Held, field: Field): boolean {
  if (held.values[field.id]) return true;
  return field.within.some((place) => held.lists?.get(place)?.some((element) => holds(element, field)) ?? false);
}
