import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPayloadError } from './payloadError.ts';
import { payloads, type Splitting } from './split.ts';

async function* chunksOf(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function split(text: string, how: Partial<Splitting>, size = 7): Promise<string[][]> {
  const found: string[][] = [];
  const splitting: Splitting = { split: 'Line', strategy: 'MultiRecord', limit: 1000, ...how };
  for await (const payload of payloads(chunksOf(text, size), splitting)) {
    found.push(splitting.split === 'None' ? [payload.toString()] : payload.toString().split('\n'));
  }
  return found;
}

describe('a file', () => {
  it('goes whole, or line by line, or as many lines as fit', async () => {
    expect(await split('1\n2\n', { split: 'None' })).toEqual([['1\n2\n']]);
    expect(await split('1\r\n\n2', { strategy: 'SingleRecord' })).toEqual([['1'], ['2']]);
    expect(await split('11\n22\n33\n', { limit: 5 })).toEqual([['11', '22'], ['33']]);
    expect(await split('', {})).toEqual([]);
  });

  it('of any shape gives its lines, in order, however it is read, in payloads within the limit', async () => {
    const lines = fc.array(fc.stringMatching(/^[a-zé,]{0,12}$/), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 24, max: 60 }),
        async (given, size, limit) => {
          const found = await split(given.join('\n'), { limit }, size);
          expect(found.flat()).toEqual(given.filter(Boolean));
          for (const payload of found) expect(Buffer.byteLength(payload.join('\n'))).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });

  it.each([
    ['a line', {}, 'A line is larger than the 5 bytes of MaxPayloadInMB'],
    ['a file', { split: 'None' as const }, 'The file is larger than the 5 bytes of MaxPayloadInMB'],
  ])('with %s that is larger than a payload is refused', async (_, how, message) => {
    expect(await split('12345\n1', { limit: 5 })).toEqual([['12345'], ['1']]);
    const error = await split('123456\n1', { limit: 5, ...how }).catch((caught: Error) => caught);
    expect([isPayloadError(error), (error as Error).message]).toEqual([true, message]);
  });
});
