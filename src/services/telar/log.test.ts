import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readLogPart, wholeCharacters } from './log.ts';

const folder = mkdtempSync(join(tmpdir(), 'telar-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function readInParts(path: string, limit: number): Promise<string> {
  let text = '';
  for (let from = 0, atEnd = false; !atEnd; ) {
    const part = await readLogPart(path, from, limit);
    text += part.text;
    from = part.next;
    atEnd = part.atEnd;
  }
  return text;
}

describe('a log in parts', () => {
  it('joins to the whole, wherever the parts are cut', async () => {
    const path = join(folder, 'joined');
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 4, max: 40 }),
        async (text, limit) => {
          writeFileSync(path, text);
          expect(await readInParts(path, limit)).toBe(text);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('goes on where it grew, and comes to an end with bytes that are no text', async () => {
    const path = join(folder, 'grown');
    writeFileSync(path, 'one\n');
    const first = await readLogPart(path, 0, 100);
    writeFileSync(path, 'one\ntwo\n');
    expect(await readLogPart(path, first.next, 100)).toEqual({ text: 'two\n', next: 8, atEnd: true });
    writeFileSync(path, Buffer.alloc(50, 0xff));
    expect((await readInParts(path, 7)).length).toBe(50);
  });

  it('is empty while there is no file', async () => {
    expect(await readLogPart(join(folder, 'nothing'), 0, 10)).toEqual({ text: '', next: 0, atEnd: true });
  });

  it('leaves a character that is cut for the next part', () => {
    const bytes = Buffer.from('aé');
    expect([wholeCharacters(bytes), wholeCharacters(bytes.subarray(0, 2))]).toEqual([3, 1]);
  });
});
