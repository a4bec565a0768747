/** Predicates: `[0]` takes items by place, `[price > 10]` those for which it holds. */
import type { Compilation } from './compilation.ts';
import { isTrue, numeric } from './data.ts';
import { tupleFrame } from './frames.ts';
import { spend } from './limits.ts';
import type { Node } from './syntax.ts';
import {
  asList,
  type Dict,
  type Frame,
  isList,
  isTupleStream,
  type List,
  sequence,
  tupleStream,
  type Value,
} from './values.ts';

export type Filter = (items: Value, frame: Frame) => List;

export function filter(predicate: Node, { code }: Compilation): Filter {
  if (predicate.type === 'number' && typeof predicate.value === 'number') return byPlace(Math.floor(predicate.value));
  const condition = code(predicate);
  return (value, frame) => {
    const items = asList(value);
    const tuples = isTupleStream(value);
    const found = tuples ? tupleStream() : sequence();
    spend(frame.run, items.length);
    for (let index = 0; index < items.length; index += 1) {
      const item = items[index];
      const answer = tuples ? condition((item as Dict)['@'], tupleFrame(frame, item as Dict)) : condition(item, frame);
      if (isList(answer)) spend(frame.run, answer.length);
      const places = placesIn(answer);
      if (places) addIfThere(found, item, index, places, items.length);
      else if (isTrue(answer, frame.run)) found.push(item);
    }
    return found;
  };
}

function byPlace(place: number): Filter {
  return (value) => {
    const items = asList(value);
    const item = items[place < 0 ? items.length + place : place];
    if (isList(item)) return item;
    const found = isTupleStream(value) ? tupleStream() : sequence();
    if (item !== undefined) found.push(item);
    return found;
  };
}

/** A number, or a list of numbers, names places; an empty list names none. */
function placesIn(answer: Value): readonly number[] | undefined {
  if (numeric(answer)) return [answer];
  return isList(answer) && answer.every(numeric) ? (answer as number[]) : undefined;
}

/** Once for each time that the place is named. */
function addIfThere(found: List, item: Value, index: number, places: readonly number[], length: number): void {
  for (const place of places) {
    const whole = Math.floor(place);
    if ((whole < 0 ? length + whole : whole) === index) found.push(item);
  }
}
