/**
 * Pages of keys, as S3 lists them: in the order of their UTF-8 bytes, keys with a common prefix up to a delimiter rolled
 * up into one entry.
 *
 * L1. A page costs what it shows: a common prefix is stepped over by a seek behind it, not read through.
 */
import { compareKeys, successor } from './keys.ts';

export type ListQuery = {
  prefix: string;
  /** Any text, usually `/`; none rolls nothing up. */
  delimiter: string | undefined;
  /** The first key that may be shown, see `firstAfter`. */
  from: string;
  /** Keys and common prefixes together. */
  limit: number;
};

export type ListPage<E> = {
  entries: E[];
  prefixes: string[];
  /** When more follows: the last that was shown, an entry or a common prefix. */
  next: { key: string; entry: E | undefined } | undefined;
};

/** What is listed, from a key on, below another (to the end when undefined), in order. */
export type Source<E> = {
  /** Read only as far as needed. */
  entries(from: string, below: string | undefined): Iterable<E>;
  /** The key of the first of them: much cheaper than to begin reading them. */
  first(from: string, below: string | undefined): string | undefined;
};

/** What `key` rolls up into: the text up to and with the first delimiter after the prefix. */
export function commonPrefixOf(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (!delimiter) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

/**
 * Where a list goes on after `last`, the key or common prefix that was shown last; undefined when nothing can follow.
 *
 * @example firstAfter('photos/', { prefix: '', delimiter: '/' }) === 'photos0'
 */
export function firstAfter(
  last: string | undefined,
  { prefix, delimiter }: Pick<ListQuery, 'prefix' | 'delimiter'>,
): string | undefined {
  if (last === undefined || compareKeys(last, prefix) < 0) return prefix;
  if (last.startsWith(prefix) && commonPrefixOf(last, prefix, delimiter) === last) return successor(last);
  return `${last}\u0000`;
}

export function listPage<E extends { key: string }>(source: Source<E>, query: ListQuery): ListPage<E> {
  const { prefix, delimiter, limit } = query;
  const below = successor(prefix);
  const entries: E[] = [];
  const prefixes: string[] = [];
  let last: ListPage<E>['next'];
  /** Takes what rolls up; answers where to go on, undefined when nothing can follow. */
  const roll = (common: string): string | undefined => {
    prefixes.push(common);
    last = { key: common, entry: undefined };
    return successor(common);
  };
  const isFull = () => entries.length + prefixes.length === limit;
  let from: string | undefined = query.from;
  while (from !== undefined) {
    // Common prefixes often follow each other: no need to begin reading for each.
    if (delimiter) {
      const key = source.first(from, below);
      if (key === undefined) break;
      const common = commonPrefixOf(key, prefix, delimiter);
      if (common !== undefined) {
        if (isFull()) return { entries, prefixes, next: last };
        from = roll(common);
        continue;
      }
      from = key;
    }
    let behind: string | undefined;
    for (const entry of source.entries(from, below)) {
      if (isFull()) return { entries, prefixes, next: last };
      const common = commonPrefixOf(entry.key, prefix, delimiter);
      if (common === undefined) {
        entries.push(entry);
        last = { key: entry.key, entry };
        continue;
      }
      behind = roll(common);
      break;
    }
    from = behind;
  }
  return { entries, prefixes, next: undefined };
}
