import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAwsError } from './errors.ts';
import { decodeToken, encodeToken, pageOf, type Query } from './pages.ts';

const query: Query = { operation: 'ListThings', region: 'us-east-1', sort: 'Name' };
const things = ['a', 'b', 'c', 'd', 'e'];
const list = (token: string | undefined, limit: number, of = things, asked = query) =>
  pageOf(
    { query: asked, token, limit },
    (after, count) => of.filter((name) => after === undefined || name > after[0]!).slice(0, count),
    (name) => [name],
  );

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isAwsError(error)) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('tokens', () => {
  it('give back the position to the same query, whatever the order of its members', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.integer())),
        fc.dictionary(fc.string(), fc.string()),
        (position, asked) => {
          const reversed = Object.fromEntries(Object.entries(asked).reverse());
          expect(decodeToken(reversed, encodeToken(asked, position))).toEqual(position);
        },
      ),
    );
  });

  it('are refused by another query', () => {
    const token = encodeToken(query, ['b']);
    expect(decodeToken({ ...query, sort: 'CreationTime' }, token)).toBeUndefined();
    expect(decodeToken({ ...query, contains: 'x' }, token)).toBeUndefined();
    expect(decodeToken({ ...query, contains: undefined }, token)).toEqual(['b']);
  });

  it('are refused when garbled', () => {
    const token = encodeToken(query, ['b']);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (garbage) => {
        expect(decodeToken(query, garbage)).toBeUndefined();
      }),
    );
    for (let at = 0; at < token.length - 1; at += 1) {
      const other = token[at] === 'A' ? 'B' : 'A';
      expect(decodeToken(query, token.slice(0, at) + other + token.slice(at + 1))).toBeUndefined();
    }
  });
});

describe('pageOf', () => {
  it('gives every item once, and no token with the last page', () => {
    const first = list(undefined, 2);
    const second = list(first.next, 2);
    const third = list(second.next, 2);
    expect([first.items, second.items, third.items]).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(third.next).toBeUndefined();
    expect(list(undefined, 5).next).toBeUndefined();
  });

  it('goes on where it was when items come and go', () => {
    const { next } = list(undefined, 2);
    expect(list(next, 2, ['a', 'aa', 'd', 'e']).items).toEqual(['d', 'e']);
  });

  it('refuses a token of another query', () => {
    const { next } = list(undefined, 2);
    expect(refusal(() => list(next, 2, things, { ...query, region: 'eu-west-1' }))).toBe('ValidationException');
    expect(refusal(() => list('garbage', 2))).toBe('ValidationException');
  });
});
