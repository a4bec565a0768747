import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelBytes } from './archive.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'telar-archive-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Entry = Partial<Header> & { name: string; text?: string };

async function archive(...entries: Entry[]): Promise<string> {
  const tar = pack();
  for (const { text, ...header } of entries) tar.entry(header, text ?? '');
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const part of tar) parts.push(part as Buffer);
  const path = join(folder, 'model.tar.gz');
  writeFileSync(path, gzipSync(Buffer.concat(parts)));
  return path;
}

const found = async (...entries: Entry[]) => Buffer.from(await modelBytes(await archive(...entries))).toString();

describe('a model.tar.gz', () => {
  it.each(['xgboost-model', './xgboost-model', 'model.json', 'a.ubj', 'b.xgb', 'c.pkl'])(
    'has its model in %s',
    async (name) => {
      expect(await found({ name, text: 'the model' }, { name: 'metrics.txt', text: 'no' })).toBe('the model');
    },
  );

  it('is told by its bytes, not by its name', async () => {
    const path = join(folder, 'plain.tar.gz');
    writeFileSync(path, '{}');
    expect(Buffer.from(await modelBytes(path)).toString()).toBe('{}');
  });

  it('with several models, without one, or with a script is refused by name', async () => {
    await expect(found({ name: 'a.json' }, { name: 'b.json' })).rejects.toThrow(
      /2 models \(a.json, b.json\), an ensemble/,
    );
    await expect(found({ name: 'folder/xgboost-model' })).rejects.toThrow(/no model at its top level/);
    await expect(found({ name: 'xgboost-model' }, { name: 'code/inference.py' })).rejects.toThrow(/script of its own/);
  });

  it('with a link in place of a model has none', async () => {
    const link = { name: 'xgboost-model', type: 'symlink', linkname: '/etc/passwd' } as const;
    await expect(found(link)).rejects.toThrow(/no model at its top level/);
  });

  it.each(['../xgboost-model', '/xgboost-model', 'a/../../b.json'])('with the entry %s is refused', async (name) => {
    await expect(found({ name, text: 'x' })).rejects.toThrow(/leads out of it/);
  });

  it('is bounded in all its sizes', async () => {
    const limits = { model: 100, unpacked: 10_000, entries: 3 };
    const read = async (...entries: Entry[]) => modelBytes(await archive(...entries), limits);
    await expect(read({ name: 'a.json', text: 'x'.repeat(101) })).rejects.toThrow(/larger than/);
    await expect(read({ name: 'a.txt', text: 'x'.repeat(20_000) })).rejects.toThrow(/unpacks to more than/);
    await expect(read(...['a', 'b', 'c', 'd'].map((name) => ({ name })))).rejects.toThrow(/more than 3 entries/);
    const large = join(folder, 'large.json');
    writeFileSync(large, 'x'.repeat(101));
    await expect(modelBytes(large, limits)).rejects.toThrow(/larger than/);
  });

  it('that is cut off or is no archive is refused', async () => {
    const path = await archive({ name: 'a.json', text: 'x'.repeat(100_000) });
    writeFileSync(path, readFileSync(path).subarray(0, 100));
    await expect(modelBytes(path)).rejects.toThrow(/archive cannot be read/);
    writeFileSync(path, gzipSync(Buffer.alloc(3000, 'x')));
    await expect(modelBytes(path)).rejects.toThrow(/archive cannot be read/);
  });
});
