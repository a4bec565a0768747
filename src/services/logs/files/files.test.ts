/** Output of jobs on its way into streams: lines, growth, restarts, what is too long. */
import { appendFileSync, mkdtempSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../base/log.ts';
import { systemWorld, type World } from '../../../base/world.ts';
import { openMemoryStore, type Store } from '../../../store/store.ts';
import { decodeChunk } from '../chunk.ts';
import type { Parts } from '../context.ts';
import { logsStore, migrations } from '../store.ts';
import { LONGEST_LINE, linesIn, PIECE } from './lines.ts';
import { createShipping, type LogSource, type Shipping } from './ship.ts';

describe('lines', () => {
  const of = (text: string | Buffer, atEnd = false) => linesIn(Buffer.from(text as string), atEnd);

  it('are events; one that is not ended waits', () => {
    expect(of('one\ntwo\r\n\nthr')).toEqual({ messages: ['one', 'two', ' '], consumed: 10 });
    expect(of('thr', true)).toEqual({ messages: ['thr'], consumed: 3 });
    expect(of('')).toEqual({ messages: [], consumed: 0 });
    expect(of('', true)).toEqual({ messages: [], consumed: 0 });
  });

  it('show the last state of a progress bar', () => {
    expect(of(' 10%\r 20%\r 30%')).toEqual({ messages: [' 20%'], consumed: 10 });
    expect(of(' 30%\r 99%\r100%\ndone\n')).toEqual({ messages: ['100%', 'done'], consumed: 20 });
    // It may be the first half of a line's end.
    expect(of('waiting\r')).toEqual({ messages: [], consumed: 0 });
  });

  it('are cut between characters when they are too long, and what is no UTF-8 is replaced', () => {
    const long = 'é'.repeat(LONGEST_LINE / 2 + 100);
    const first = linesIn(Buffer.from(`x${long}`).subarray(0, PIECE), false);
    expect(first.messages.map((text) => Buffer.byteLength(text))).toEqual([LONGEST_LINE - 1]);
    expect(first.messages[0]).not.toContain('\ufffd');
    expect(of(Buffer.of(0x61, 0xff, 0x62, 0x0a))).toEqual({ messages: ['a\ufffdb'], consumed: 4 });
    expect(linesIn(Buffer.alloc(PIECE, 0x80), false)).toMatchObject({ consumed: LONGEST_LINE });
  });

  it('take a turn for each few thousand, and no time for carriage returns', () => {
    const part = of('\n'.repeat(10_000));
    expect([part.messages.length, part.consumed]).toEqual([4000, 4000]);
    expect(of('\n'.repeat(4000))).toMatchObject({ consumed: 4000 });
    // Squared, this would take minutes.
    for (let n = 0; n < 50; n += 1) expect(of(`${'\r'.repeat(200_000)}x\n`).messages).toEqual(['x']);
  });

  it('are the same however the bytes come', () => {
    const text = fc.string({ unit: fc.constantFrom(...'aö\n€😀'), maxLength: 60 });
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (whole, sizes) => {
        const bytes = Buffer.from(whole);
        const messages: string[] = [];
        let from = 0;
        for (let end = 0, n = 0; end < bytes.length; n += 1) {
          end = Math.min(bytes.length, end + sizes[n % sizes.length]!);
          const part = linesIn(bytes.subarray(from, end), end === bytes.length);
          messages.push(...part.messages);
          from += part.consumed;
        }
        expect(messages).toEqual(linesIn(bytes, true).messages);
      }),
    );
  });
});

const GROUP = '/aws/sagemaker/ProcessingJobs';
const LIMIT = 4_000_000;
let folder: string;
let path: string;
let database: DatabaseSync;
let source: LogSource;
let shipping: Shipping;
let parts: Parts;

/** A server on the database; the one before is gone without a word. */
function start(world: World = { ...systemWorld, log: silentLog }, failing = (commit: Store['commitAhead']) => commit) {
  const whole = openMemoryStore(database, [migrations], world);
  const store: Store = { ...whole, transact: failing(whole.transact), commitAhead: failing(whole.commitAhead) };
  parts = { store, db: logsStore(store.sql), world, account: '123456789012', removalDue: () => {} };
  shipping = createShipping(parts, LIMIT);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'telar-ship-'));
  path = join(folder, 'output.log');
  database = new DatabaseSync(':memory:');
  source = { id: 'job/algo-1', region: 'us-east-1', group: GROUP, stream: 'my-job/algo-1', path };
  start();
});
afterEach(async () => {
  await shipping.stop();
  rmSync(folder, { recursive: true, force: true });
});

const stream = () => {
  const group = parts.db.group({ region: 'us-east-1', name: GROUP });
  const names = { from: 'my-job/', below: 'my-job0', after: '', limit: 9 };
  const found = group ? parts.db.streamsByName.ASC({ group: group.id, ...names }) : [];
  expect(found.length).toBeLessThan(2);
  return found[0];
};
function lines(): string[] {
  const found = stream();
  const heads = found ? parts.db.forward({ at: 0, stream: found.id, seq: 0, limit: 10_000 }) : [];
  return heads.flatMap(({ id }) => decodeChunk(parts.db.payload({ id })!.payload)).map(({ message }) => message);
}
async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('shipping', () => {
  it('follows a file that is not there yet, and ends with all of it', async () => {
    shipping.follow(source);
    shipping.follow(source);
    writeFileSync(path, 'one\ntw');
    await until(() => lines().length === 1);
    appendFileSync(path, 'o\nthree');
    await until(() => lines().length === 2);
    await shipping.finish(source);
    expect(lines()).toEqual(['one', 'two', 'three']);
    expect(stream()?.name).toMatch(/^my-job\/algo-1-\d{10}$/);
    // A crash after it may have it done once more, and two may ask at a time.
    await Promise.all([shipping.finish(source), shipping.finish(source)]);
    expect(lines()).toEqual(['one', 'two', 'three']);
    await shipping.forget(source.id);
    expect(parts.db.file({ id: source.id })).toBeUndefined();
  });

  it('gives each line once, also to two who end it at a time', async () => {
    writeFileSync(path, 'one\ntwo\n');
    shipping.follow(source);
    await Promise.all([shipping.finish(source), shipping.finish(source)]);
    expect(lines()).toEqual(['one', 'two']);
  });

  it('leaves no stream for a job that said nothing', async () => {
    await shipping.finish(source);
    writeFileSync(path, '');
    await shipping.finish(source);
    expect(stream()).toBeUndefined();
  });

  it('goes on after a restart where the events end, whenever it was', async () => {
    const whole = Array.from({ length: 120_000 }, (_, n) => `line ${n} of the log`);
    const text = Buffer.from(`${whole.join('\n')}\n`);
    let written = 0;
    for (const [round, crash] of (['before', 'after', 'after', 'before'] as const).entries()) {
      const part = Math.floor((text.length * (round + 1)) / 4);
      appendFileSync(path, text.subarray(written, part));
      written = part;
      let before = round % 2;
      await new Promise<void>((crashed) => {
        start(undefined, (commit) => async (work) => {
          before -= 1;
          if (before >= 0) return commit(work);
          // What the last one asked for is on the disk or is not; nobody hears of it.
          if (crash === 'after') await commit(work);
          crashed();
          throw new Error('crashed');
        });
        shipping.follow(source);
      });
      await shipping.stop();
    }
    start();
    await shipping.finish(source);
    expect(lines()).toEqual(whole);
  });

  it('keeps the beginning and the end of a log that is too long, and bounds its file', async () => {
    shipping.follow(source);
    const line = `${'x'.repeat(99)}\n`;
    writeFileSync(path, line.repeat(LIMIT / line.length));
    appendFileSync(path, line.repeat(700_000));
    await until(() => statSync(path).size === LIMIT);
    appendFileSync(path, line.repeat(2000));
    appendFileSync(path, 'ValueError: the reason\n');
    await shipping.finish(source);
    await shipping.finish(source);
    const all = lines();
    expect(all.slice(0, 40_000).every((text) => text.length === 99)).toBe(true);
    expect(all[40_000]).toMatch(/^telar: This log is longer than the 4000000 bytes/);
    expect(all[40_001]).toBe(`telar: ${700_000 * 100 + 200_000 + 23 - 65_536} bytes of this log were left out here.`);
    expect(all.at(-1)).toBe('ValueError: the reason');
    expect(all.length).toBeLessThan(40_700);
  });

  it('takes nothing from where a link in its place leads', async () => {
    writeFileSync(join(folder, 'secret'), 'a secret\n');
    symlinkSync(join(folder, 'secret'), path);
    shipping.follow(source);
    await shipping.finish(source);
    expect(stream()).toBeUndefined();
  });

  it('says so when a job empties its own output', async () => {
    writeFileSync(path, 'a long line before\n');
    shipping.follow(source);
    await until(() => lines().length === 1);
    truncateSync(path, 0);
    writeFileSync(path, 'after\n');
    await shipping.finish(source);
    expect(lines()).toEqual([
      ...['a long line before', 'telar: The job emptied its output; it goes on from here.', 'after'],
    ]);
  });

  it('does not turn lines around when the clock is set back', async () => {
    let now = Date.now();
    await shipping.stop();
    start({ ...systemWorld, log: silentLog, clock: { ...systemWorld.clock, now: () => now } });
    writeFileSync(path, 'first\n');
    shipping.follow(source);
    await until(() => lines().length === 1);
    now -= 60_000;
    appendFileSync(path, 'second\n');
    await shipping.finish(source);
    expect(lines()).toEqual(['first', 'second']);
    expect(stream()).toMatchObject({ last_event: now + 60_000 });
  });

  it('makes a group anew that was deleted while the job runs', async () => {
    writeFileSync(path, 'before\n');
    shipping.follow(source);
    await until(() => lines().length === 1);
    const { id } = parts.db.group({ region: 'us-east-1', name: GROUP })!;
    await parts.store.transact(() => parts.db.deleteGroup({ id }));
    appendFileSync(path, 'after\n');
    await shipping.finish(source);
    expect(lines()).toEqual(['after']);
  });

  it('dates what was written before', async () => {
    writeFileSync(path, 'long ago\n');
    await shipping.finish({ ...source, writtenAt: 1_700_000_000_123 });
    expect(stream()).toMatchObject({ name: 'my-job/algo-1-1700000000', last_event: 1_700_000_000_123 });
  });
});
