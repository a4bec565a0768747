import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reading } from './reader.ts';
import { bucketPorts, cut, itemsOf, reading, storedObject, valuesOf } from './testing.ts';

const JSON_FILE: Partial<Reading['reader']> = { inputType: 'JSON' };
const LINES: Partial<Reading['reader']> = { inputType: 'JSONL' };

const values = (text: string | Uint8Array, reader = JSON_FILE, at?: readonly number[] | number) =>
  valuesOf(reading(reader), bucketPorts({ data: text }, at));

const failure = (cause: unknown) => ({ failure: { error: 'States.ItemReaderFailed', cause } });

const NESTED = '{"a":[{"b":[1]},{"b":[2,3]}],"m/n":{"k~":[4]},"o":{"x":{"v":1},"y":2},"":[5],"a":[6]}';

describe('items of a JSON file', () => {
  it.each<[string, unknown[]]>([
    ['[]', []],
    [' [ ] ', []],
    ['[1]', [1]],
    ['[1 , "a,]" ,null,true,\n{"b":[{}]},[[]],-1.5e3]', [1, 'a,]', null, true, { b: [{}] }, [[]], -1500]],
    ['["\\"","\\\\","\\u00e9é"]', ['"', '\\', 'éé']],
    ['\ufeff[1]', [1]],
  ])('%s', async (text, expected) => {
    expect(await values(text)).toEqual(expected);
    expect(await values(text, JSON_FILE, 1)).toEqual(expected);
  });

  it.each<[string, unknown[]]>([
    ['/a/0/b', [1]],
    ['/a/1/b', [2, 3]],
    ['/m~1n/k~0', [4]],
    ['/', [5]],
  ])('below the pointer %s', async (itemsPointer, expected) => {
    expect(await values(NESTED, { inputType: 'JSON', itemsPointer })).toEqual(expected);
    expect(await values(NESTED, { inputType: 'JSON', itemsPointer }, 1)).toEqual(expected);
  });

  it('are the entries where the pointer leads to an object', async () => {
    const items = await itemsOf(reading({ inputType: 'JSON', itemsPointer: '/o' }), bucketPorts({ data: NESTED }));
    expect(items).toEqual([
      { index: 0, key: 'x', value: { v: 1 }, source: 'S3://b/data' },
      { index: 1, key: 'y', value: 2, source: 'S3://b/data' },
    ]);
  });

  it.each([['/none'], ['/a/2'], ['/a/01'], ['/a/-'], ['/o/y/z'], ['a'], ['/a/0/b/0/c']])(
    'below the pointer %s are refused',
    async (itemsPointer) => {
      await expect(values(NESTED, { inputType: 'JSON', itemsPointer })).rejects.toMatchObject(
        failure('The provided ReaderConfig.ItemsPointer does not match any valid path in the JSON structure.'),
      );
    },
  );

  it.each([['{"Hello":"world"}'], ['{}'], ['5'], ['"a"']])('of %s are refused', async (text) => {
    await expect(values(text)).rejects.toMatchObject(failure('Attempting to map over non-iterable node.'));
  });

  it.each([
    [''],
    ['   '],
    ['not-json'],
    ['['],
    ['[1'],
    ['[1,'],
    ['[1,]'],
    ['[,1]'],
    ['[1 2]'],
    ['[1]x'],
    ['[1],[2]'],
    ['[tru]'],
    ['["a]'],
    ['["a\\"]'],
    ['[{]}]'],
    ['[{"a" 1}]'],
    ['[01]'],
    ['["a\nb"]'],
    ['[1}'],
    ['\u0000[1]'],
  ])('of %j, which is no JSON, are refused', async (text) => {
    await expect(values(text)).rejects.toMatchObject(failure(expect.stringMatching(/^The JSON file is not valid\./)));
    await expect(values(text, JSON_FILE, 1)).rejects.toMatchObject(failure(expect.stringMatching(/^The JSON file/)));
  });

  it.each([['{"a":1'], ['{"a":1,}'], ['{"a" 1}'], ['{a:1}'], ['{"a":1 "b":[]}'], ['{"a":[1'], ['{"a'], ['{']])(
    'below a pointer in %j, which is no JSON, are refused',
    async (text) => {
      const pointed: Partial<Reading['reader']> = { inputType: 'JSON', itemsPointer: '/b' };
      await expect(values(text, pointed)).rejects.toMatchObject(
        failure(expect.stringMatching(/^The JSON file is not/)),
      );
    },
  );

  it('gives the same items however it is cut', async () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const spaced = fc.tuple(fc.array(value, { maxLength: 8 }), fc.constantFrom(undefined, 1, '\t'));
    await fc.assert(
      fc.asyncProperty(spaced, fc.array(fc.nat(300)), async ([list, space], at) => {
        const text = JSON.stringify(list, null, space);
        expect(await values(text, JSON_FILE, at)).toEqual(JSON.parse(text));
        const below = JSON.stringify({ before: list, '~/': list }, null, space);
        expect(await values(below, { inputType: 'JSON', itemsPointer: '/~0~1' }, at)).toEqual(JSON.parse(text));
        const lines = list.map((one) => `${JSON.stringify(one)}\r\n`).join('\n');
        expect(await values(lines, LINES, at)).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });
});

describe('items of a JSON Lines file', () => {
  it('are told with their line when they are none', async () => {
    await expect(values('{"a":1}\n\n{"a":\n', LINES)).rejects.toMatchObject(
      failure('Line 3 of the JSONL file is not valid JSON.'),
    );
  });

  it('may begin with a byte order mark and end without a line feed', async () => {
    expect(await values('\ufeff{"a":1}\n2', LINES, 1)).toEqual([{ a: 1 }, 2]);
  });
});

describe('a file that is hostile', () => {
  /** Endless, as far as any reader can tell; counts what was taken of it. */
  function endless(head: string, piece: string) {
    const taken = { bytes: 0 };
    const part = Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length)));
    const ports = {
      ...bucketPorts({}),
      open: async () => ({
        size: Number.MAX_SAFE_INTEGER,
        async *bytes() {
          yield Buffer.from(head);
          for (;;) {
            taken.bytes += part.length;
            yield part;
          }
        },
      }),
    };
    return { ports, taken };
  }

  it.each<[string, Partial<Reading['reader']>, string, string, RegExp]>([
    ['a text without an end', JSON_FILE, '["', 'x', /larger than 262144 bytes/],
    ['a number without an end', JSON_FILE, '[', '1', /larger than 262144 bytes/],
    ['brackets without an end', JSON_FILE, '[', '[', /nested deeper than 1000 levels/],
    ['objects without an end', { inputType: 'JSON', itemsPointer: '/b' }, '{"a":', '{"a":', /nested deeper than 1000/],
    ['spaces inside an item', JSON_FILE, '[[', ' ', /larger than 262144 bytes/],
    ['a name without an end', { inputType: 'JSON', itemsPointer: '/b' }, '{"', 'a', /larger than 262144 bytes/],
    ['a line without an end', LINES, '', 'x', /larger than 262144 bytes/],
  ])('with %s is given up soon', async (_, reader, head, piece, cause) => {
    const { ports, taken } = endless(head, piece);
    await expect(valuesOf(reading(reader), ports)).rejects.toMatchObject(failure(expect.stringMatching(cause)));
    expect(taken.bytes).toBeLessThan(1_000_000);
  });

  it('with a deep line is refused', async () => {
    await expect(values(`${'['.repeat(1001)}${']'.repeat(1001)}`, LINES)).rejects.toThrow(/nested deeper than 1000/);
    expect(await values(`${'['.repeat(1000)}${']'.repeat(1000)}`, LINES)).toHaveLength(1);
    expect(await values(JSON.stringify('["'.repeat(2000)), LINES)).toHaveLength(1);
  });

  it('of spaces only is read through, and left when the Map has ended', async () => {
    const { ports, taken } = endless('[', ' ');
    const ending = new AbortController();
    const reached = valuesOf(reading(JSON_FILE), { ...ports, signal: ending.signal });
    setTimeout(() => ending.abort(new Error('ended')), 20);
    await expect(reached).rejects.toThrow('ended');
    expect(taken.bytes).toBeGreaterThan(0);
  });

  it('that is compressed, and not whole, is refused', async () => {
    const packed = gzipSync(Buffer.from('[1,2,3]'));
    await expect(values(packed.subarray(0, packed.length - 8))).rejects.toMatchObject(failure(expect.any(String)));
  });
});

describe('a compressed file', () => {
  const text = JSON.stringify(Array.from({ length: 5000 }, (_, index) => ({ index })));

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('of %s is told by its first bytes', async (_, pack) => {
    for (const at of [1, 1000]) expect(await values(pack(Buffer.from(text)), JSON_FILE, at)).toHaveLength(5000);
  });

  it('that AWS does not read is none here', async () => {
    await expect(values(brotliCompressSync(Buffer.from(text)))).rejects.toThrow(/The JSON file is not valid/);
  });

  it('is not read on when enough is known', async () => {
    let closed = 0;
    const object = storedObject(gzipSync(Buffer.from(text)), 100);
    const ports = {
      ...bucketPorts({}),
      open: async () => ({
        size: object.size,
        async *bytes() {
          try {
            yield* object.bytes();
          } finally {
            closed += 1;
          }
        },
      }),
    };
    expect(await valuesOf(reading(JSON_FILE, { maxItems: 3 }), ports)).toHaveLength(3);
    expect(closed).toBe(1);
  });
});

it('cut gives all bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.array(fc.nat(50)), (bytes, at) => {
      expect(Buffer.concat(cut(bytes, at))).toEqual(Buffer.from(bytes));
    }),
  );
});
