import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeFolder } from './removal.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'telar-removal-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function jobFolder(name: string): string {
  const root = join(base, name);
  mkdirSync(join(root, 'ml/model'), { recursive: true });
  writeFileSync(join(root, 'ml/model/weights'), 'x');
  return root;
}

describe("a job's folder", () => {
  it('goes with all that is in it, and several go at once', async () => {
    const roots = ['a', 'b', 'c'].map(jobFolder);
    await Promise.all([...roots.map(removeFolder), removeFolder(join(base, 'never-there'))]);
    expect(roots.filter((root) => existsSync(root))).toEqual([]);
  });

  it('goes though the job took away its own rights to it', async () => {
    const root = jobFolder('closed');
    chmodSync(join(root, 'ml/model'), 0o000);
    chmodSync(join(root, 'ml'), 0o500);
    await removeFolder(root);
    expect(existsSync(root)).toBe(false);
  });

  it('takes nothing along that a link in it leads to', async () => {
    const kept = jobFolder('kept');
    const root = jobFolder('linked');
    symlinkSync(kept, join(root, 'ml/elsewhere'));
    await removeFolder(root);
    expect([existsSync(root), existsSync(join(kept, 'ml/model/weights'))]).toEqual([false, true]);
  });

  it('that cannot be removed says why', async () => {
    await expect(removeFolder(join(base, 'a\u0000b'))).rejects.toThrow(/null bytes/);
  });
});
