/** `telar images` through the real binary, as a person would. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { build, layerOf, writeLayout } from '../support/containerImages.ts';
import { type Telar, telarIn } from './telar.ts';

let telar: Telar;
let base: string;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'telar-cli-images-'));
  const layer = await layerOf([{ name: 'file', content: 'x' }], 'gzip');
  telar = telarIn();
  writeLayout(join(telar.folder, 'layout'), [build([layer], { Cmd: ['x'] })]);
  expect(await telar.run('up', '--detach', '--port', '0', '--images', join(base, 'images'))).toMatchObject({
    status: 0,
  });
});
afterAll(async () => {
  await telar.close();
  rmSync(base, { recursive: true, force: true });
});

it('brings, lists and removes an image', async () => {
  expect((await telar.run('images')).stdout).toContain('There are no container images.');
  const brought = await telar.run('images', 'import', 'layout', '--as', 'team/fit:1');
  expect(brought).toMatchObject({ status: 0, stderr: '' });
  expect(brought.stdout).toMatch(/team\/fit:1: 1 layer, 0\.0 MB\n(.*\n)*team\/fit:1 is here: sha256:/);
  expect((await telar.json('images')).result).toMatchObject({ images: [{ Uri: 'team/fit:1', Layers: 1 }] });
  expect((await telar.json('images', 'remove', 'team/fit:1')).result).toEqual({ removed: 'team/fit:1' });
  expect((await telar.json('images', 'list')).result).toEqual({ images: [] });
});

it('fails with status 1 for what cannot be brought, and 2 for what is not said', async () => {
  const failed = await telar.json('images', 'import', 'nowhere', '--as', 'team/none:1');
  expect(failed).toMatchObject({ status: 1, result: { error: { code: 'ImageBroken' } } });
  expect(await telar.run('images', 'remove', 'team/none:1')).toMatchObject({ status: 1 });
  expect(await telar.run('images', 'import', 'layout')).toMatchObject({ status: 2 });
  expect(await telar.run('images', 'import')).toMatchObject({ status: 2 });
  expect(await telar.run('images', 'polish', 'x')).toMatchObject({ status: 2 });
  expect(await telar.run('up', '--containers', 'podman')).toMatchObject({ status: 2 });
});
