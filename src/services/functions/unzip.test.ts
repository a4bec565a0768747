/** Zips that nobody vouches for: nothing of them gets out of their folder, whatever they say. */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { unzip } from './unzip.ts';

const base = mkdtempSync(join(tmpdir(), 'telar-unzip-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let count = 0;

type Entry = { name: string; text: string; mode?: number };
async function zipOf(entries: readonly Entry[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { name, text, mode } of entries)
    zip.addBuffer(Buffer.from(text), name, { compress: false, ...(mode && { mode }) });
  zip.end();
  return buffer(zip.outputStream as unknown as AsyncIterable<Buffer>);
}

async function unpacked(bytes: Buffer): Promise<string> {
  const at = join(base, String(++count));
  writeFileSync(`${at}.zip`, bytes);
  await unzip(`${at}.zip`, join(at, 'in'));
  return join(at, 'in');
}
const refusal = (bytes: Buffer) =>
  unpacked(bytes).then(
    () => undefined,
    (error: Error) => error,
  );
/** A name of the same length in place of another, in the entry and in the directory. */
const renamed = (zip: Buffer, from: string, to: string) =>
  Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1');

describe('a zip', () => {
  it('is unpacked with its folders, executables and links', async () => {
    const files = [
      { name: 'index.mjs', text: 'x' },
      { name: 'bin/run', text: '#!', mode: 0o100755 },
      { name: 'link', text: 'bin/run', mode: 0o120777 },
    ];
    const folder = await unpacked(await zipOf(files));
    expect(readFileSync(join(folder, 'index.mjs'), 'utf8')).toBe('x');
    expect(statSync(join(folder, 'bin/run')).mode & 0o777).toBe(0o755);
    expect(readlinkSync(join(folder, 'link'))).toBe('bin/run');
  });

  it.each([
    ['leads out by its parents', 'AAAAAAAAAA', '../../evil'],
    ['begins at the root', 'AAAAAAAAAA', '/tmp/evil1'],
    ['leads out by backslashes', 'AAAAAAAAAA', '..\\..\\evil'.slice(0, 10)],
  ])('whose entry %s is refused', async (_, from, to) => {
    const error = await refusal(renamed(await zipOf([{ name: from, text: 'x' }]), from, to));
    expect(error).toMatchObject({ code: 'InvalidParameterValueException' });
    expect(existsSync(join(base, 'evil'))).toBe(false);
  });

  it('that writes through a link of its own is refused', async () => {
    const entries = [
      { name: 'out', text: '/tmp', mode: 0o120777 },
      { name: 'out/evil', text: 'x' },
    ];
    expect(await refusal(await zipOf(entries))).toMatchObject({ code: 'InvalidParameterValueException' });
    expect(existsSync('/tmp/evil')).toBe(false);
  });

  it('that has an entry twice is refused, and no path of this machine is told', async () => {
    const error = await refusal(
      renamed(
        await zipOf([
          { name: 'aaaa', text: 'x' },
          { name: 'bbbb', text: 'y' },
        ]),
        'bbbb',
        'aaaa',
      ),
    );
    expect(error).toMatchObject({ code: 'InvalidParameterValueException' });
    expect(error!.message).not.toContain(base);
  });

  it.each([
    ['nothing', ''],
    ['a text', 'no zip'],
    ['zeros', '\0'.repeat(1000)],
  ])('that is %s is refused', async (_, text) => {
    expect(await refusal(Buffer.from(text))).toMatchObject({
      message: 'Could not unzip uploaded file. Please check your file, then try to upload again.',
    });
  });

  it('that is broken anywhere is refused or unpacked, and never gets out of its folder', async () => {
    const whole = await zipOf([
      { name: 'a/b', text: 'text' },
      { name: 'link', text: 'a/b', mode: 0o120777 },
    ]);
    const change = fc.record({ at: fc.nat(whole.length - 1), to: fc.integer({ min: 0, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const bytes = Buffer.from(whole);
        for (const { at, to } of changes) bytes[at] = to;
        const error = await refusal(bytes);
        if (error) expect(error).toMatchObject({ code: 'InvalidParameterValueException' });
        const at = join(base, String(count));
        if (existsSync(at)) expect(readdirSync(at)).toEqual(['in']);
      }),
      { numRuns: 300 },
    );
  });
});
