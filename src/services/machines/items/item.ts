/**
 * An item of a distributed Map, and what bounds it.
 *
 * Items come in pages, as many as one slice of the data holds: a million promises for a million items would cost more than reading
 * them. Where a page ends means nothing.
 */
import { isStatesError, type StatesError, statesError } from '../../../definition/asl/failure.ts';
import type { Json } from '../../../definition/asl/scope.ts';

export type Item = {
  /** `Map.Item.Index`, from 0, over everything that is read. */
  readonly index: number;
  /** `Map.Item.Value` */
  readonly value: Json;
  /** `Map.Item.Key`: the entry's name, where an object is iterated. */
  readonly key?: string;
  /** `Map.Item.Source`: `STATE_DATA`, or the URI of what holds the item. */
  readonly source: string;
};

/** What a reader of a format makes; numbering and the source are added where it is called. */
export type Read = { readonly value: Json; readonly key?: string };

export type Pages<T> = AsyncIterable<readonly T[]>;

/** What an execution begun for the item gets when there is no ItemSelector: of an object's entry, both of its sides. */
export const itemInput = ({ key, value }: Pick<Item, 'key' | 'value'>): Json =>
  key === undefined ? value : { Key: key, Value: value };

/** Of the text of one item, in bytes: no more fits into the input of the execution begun for it. */
export const MAX_ITEM_BYTES = 262_144;

/** How deep an item may be nested. */
export const MAX_ITEM_DEPTH = 1000;

/** The most items that a Map reads, whatever MaxItems says. https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html */
const MAX_ITEMS = 100_000_000;

export const readerFailed = (cause: string): StatesError => statesError('States.ItemReaderFailed', cause);

/** The failure as the reader's, unless it has a name already. */
export const asReaderFailed = (error: unknown): StatesError =>
  isStatesError(error) ? error : readerFailed(error instanceof Error ? error.message : String(error));

export const itemTooLarge = (what: string): StatesError =>
  readerFailed(`${what} is larger than ${MAX_ITEM_BYTES} bytes, the most that an item may take.`);

/** How many items are read. @param value what MaxItems or MaxItemsPath gives; 0 is as good as none */
export function itemLimit(value: number | undefined): number {
  if (value === undefined || value === 0) return MAX_ITEMS;
  if (value < 0) throw readerFailed('field MaxItems must be positive');
  return Math.min(value, MAX_ITEMS);
}
