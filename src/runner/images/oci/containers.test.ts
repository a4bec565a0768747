/** Bringing images here: from layouts, archives and registries that do not behave; once, whole, and gone when removed. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Built,
  build,
  layerOf,
  MACHINE,
  sha256,
  tarOf,
  writeLayout,
} from '../../../../tests/support/containerImages.ts';
import { type RegistryBehaviour, startRegistry, type TestRegistry } from '../../../../tests/support/imageRegistry.ts';
import { systemClock } from '../../../base/clock.ts';
import { silentLog } from '../../../base/log.ts';
import { isolation } from '../../isolation.ts';
import { isOwnImage } from '../images.ts';
import { type Activity, type ContainerImages, type ContainerOptions, createContainerImages } from './containers.ts';
import { parseReference, registryPlace } from './reference.ts';
import { parseChallenge } from './requests.ts';

const sandboxes = (await isolation()).kind === 'namespaces';
let base: string;
let open: { close(): Promise<void> }[];
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'telar-images-'));
  open = [];
});
afterEach(async () => {
  for (const one of open) await one.close();
  rmSync(base, { recursive: true, force: true });
});

const store = (more: Partial<ContainerOptions> = {}): ContainerImages =>
  createContainerImages({
    ...{ clock: systemClock, log: silentLog, imagesFolder: join(base, 'images'), own: isOwnImage, firstWait: 1 },
    ...more,
  });

async function ended(images: ContainerImages, uri: string): Promise<Activity> {
  while (images.activity(uri)?.state === 'Working') await new Promise((resolve) => setTimeout(resolve, 5));
  return images.activity(uri)!;
}
async function bring(images: ContainerImages, path: string, uri = 'mine/own:1'): Promise<Activity> {
  images.beginImport(path, uri);
  return ended(images, uri);
}
async function pull(images: ContainerImages, uri: string): Promise<Activity> {
  images.beginPull(uri);
  return ended(images, uri);
}
async function registry(behaviour: RegistryBehaviour): Promise<TestRegistry> {
  const started = await startRegistry(behaviour);
  open.push(started);
  return started;
}
const simple = async (content = 'content') =>
  build([await layerOf([{ name: 'file', content }], 'gzip')], { Cmd: ['x'] });
/** An interceptor's word that it has answered. */
const answered = (_: unknown) => true;
const folder = (name: string) => join(base, 'images/containers', name);
const list = (name: string) => (existsSync(folder(name)) ? readdirSync(folder(name)) : []);
/** What is unpacked of an image. */
const filesOf = async (images: ContainerImages, uri: string) => {
  const { container } = await images.ready(uri, () => {});
  if (container?.kind !== 'rootfs') throw new Error('not unpacked');
  return container.folder;
};

// Without namespaces nothing is unpacked, since nothing could run it.
describe.runIf(sandboxes)('an image from files', () => {
  it('is known by its name once it is here, and unpacked', async () => {
    const images = store();
    const layout = writeLayout(join(base, 'layout'), [await simple()]);
    expect(images.knows('mine/own:1')).toBe(false);
    const { state, lines } = await bring(images, layout);
    expect([state, lines.at(-1)]).toEqual(['Done', expect.stringContaining('mine/own:1 is here: sha256:')]);
    expect([images.knows('mine/own:1'), images.knows('mine/own'), images.knows('mine/own:2')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(readFileSync(join(await filesOf(images, 'mine/own:1'), 'file'), 'utf8')).toBe('content');
    // Another server on the folder knows it, too.
    expect(store().list()).toMatchObject([{ uri: 'mine/own:1', from: layout, platform: `linux/${MACHINE}` }]);
  });

  it('is chosen by platform where there are several', async () => {
    const images = store();
    const other = build([await layerOf([{ name: 'file', content: 'other' }])], {}, 's390x');
    await bring(images, writeLayout(join(base, 'both'), [other, await simple('this one')]));
    expect(readFileSync(join(await filesOf(images, 'mine/own:1'), 'file'), 'utf8')).toBe('this one');
    const none = await bring(images, writeLayout(join(base, 'none'), [other]), 'mine/other:1');
    expect(none.failure!.message).toBe(
      `mine/other:1 has no image for linux/${MACHINE}; it has linux/s390x. Build it for linux/${MACHINE}.`,
    );
    const two = await bring(
      images,
      writeLayout(join(base, 'two'), [await simple('a'), await simple('b')]),
      'mine/two:1',
    );
    expect(two.failure!.message).toContain('holds 2 images');
    expect(images.list()).toHaveLength(1);
  });

  it('may be an archive, compressed or not, of a layout or of docker save', async () => {
    const images = store();
    const layout = writeLayout(join(base, 'layout'), [await simple('oci')]);
    execFileSync('tar', ['-cf', join(base, 'oci.tar'), '-C', layout, '.']);
    images.beginImport(join(base, 'oci.tar'), 'from/meanwhile:1');
    store().list(); // another server on the folder
    await pull(store(), '127.0.0.1:1/nobody/there:1');
    expect(await ended(images, 'from/meanwhile:1')).toMatchObject({ state: 'Done' });
    expect(await bring(images, join(base, 'oci.tar'), 'from/oci:1')).toMatchObject({ state: 'Done' });
    writeFileSync(join(base, 'oci.tgz'), gzipSync(readFileSync(join(base, 'oci.tar'))));
    expect(await bring(images, join(base, 'oci.tgz'), 'from/tgz:1')).toMatchObject({ state: 'Done' });
    const tar = await tarOf([{ name: 'file', content: 'docker' }]);
    const config = JSON.stringify({
      os: 'linux',
      architecture: MACHINE,
      rootfs: { diff_ids: [sha256(tar), sha256(tar)] },
    });
    const saved = await tarOf([
      { name: 'config.json', content: config },
      { name: 'a/layer.tar', content: tar },
      { name: 'b/layer.tar', type: 'symlink', linkname: '../a/layer.tar' },
      { name: '../../escape', content: 'evil' },
      {
        name: 'manifest.json',
        content: JSON.stringify([{ Config: 'config.json', RepoTags: ['a:1'], Layers: ['a/layer.tar', 'b/layer.tar'] }]),
      },
    ]);
    writeFileSync(join(base, 'docker.tar'), saved);
    expect(await bring(images, join(base, 'docker.tar'), 'from/docker:1')).toMatchObject({ state: 'Done' });
    expect(readFileSync(join(await filesOf(images, 'from/docker:1'), 'file'), 'utf8')).toBe('docker');
    expect(list('partial')).toEqual([]);
    expect(existsSync(join(base, 'escape'))).toBe(false);
  });

  it('that is damaged is refused, and leaves nothing', async () => {
    const images = store();
    const image = await simple();
    const damaged = async (change: (layout: string) => void, says: RegExp) => {
      const layout = writeLayout(join(base, 'damaged'), [image]);
      change(layout);
      const { failure } = await bring(images, layout);
      expect(failure).toMatchObject({ code: 'ImageBroken', message: expect.stringMatching(says) });
      rmSync(layout, { recursive: true });
    };
    const layer = [...image.blobs].find(([, bytes]) => bytes.readUInt16BE(0) === 0x1f8b)![0].slice(7);
    const blob = (layout: string) => join(layout, 'blobs/sha256', layer);
    const size = readFileSync(blob(writeLayout(join(base, 'damaged'), [image]))).length;
    await damaged((layout) => rmSync(blob(layout)), /lacks its part/);
    await damaged((layout) => writeFileSync(blob(layout), Buffer.alloc(size)), /holds other bytes/);
    await damaged((layout) => writeFileSync(blob(layout), 'short'), /has 5 of the \d+ bytes/);
    await damaged((layout) => writeFileSync(blob(layout), Buffer.alloc(size + 1)), /is longer than/);
    await damaged((layout) => writeFileSync(join(layout, 'index.json'), '{"manifests": 3}'), /cannot be read/);
    await damaged((layout) => rmSync(join(layout, 'index.json')), /neither index.json/);
    expect((await bring(images, join(base, 'nowhere'))).failure!.message).toContain('does not exist');
    expect((await bring(images, '/dev/zero')).failure!.message).toContain('neither a folder nor a file');
    writeFileSync(join(base, 'text.tar'), 'no archive'.repeat(200));
    expect((await bring(images, join(base, 'text.tar'))).failure!.message).toContain('no tar archive');
    expect(images.list()).toEqual([]);
    expect(list('partial')).toEqual([]);
    expect(list('rootfs')).toEqual([]);
  });

  it('takes no name of an image of Telar, nor one that is none', () => {
    const images = store();
    expect(() => images.beginImport('/x', 'sagemaker-xgboost:1.7-1')).toThrow('Telar makes itself');
    expect(() => images.beginImport('/x', 'Not A Name')).toThrow('no name of an image');
    expect(() => images.beginImport('relative', 'mine/own:1')).toThrow('not absolute');
  });

  it('is unpacked once, however many ask', async () => {
    const images = store();
    await bring(images, writeLayout(join(base, 'layout'), [await simple()]));
    rmSync(folder('rootfs'), { recursive: true });
    const lines: string[] = [];
    const others = [images, images, store()];
    const made = await Promise.all(others.map((one) => one.ready('mine/own:1', (line) => lines.push(line))));
    expect(new Set(made.map(({ container }) => container?.kind === 'rootfs' && container.folder)).size).toBe(1);
    expect(lines.filter((line) => line.startsWith('The image is unpacked'))).toHaveLength(1);
  });

  it('whose unpacking is killed half way is unpacked anew, and nothing is left of the first', async () => {
    const layers = await Promise.all(
      Array.from({ length: 6 }, (_, layer) =>
        layerOf(Array.from({ length: 120 }, (_, n) => ({ name: `f${layer}/${n}`, content: 'x'.repeat(2000) }))),
      ),
    );
    const layout = writeLayout(join(base, 'layout'), [build(layers)]);
    const module = (name: string) => JSON.stringify(join(import.meta.dirname, name));
    const script = join(base, 'half.mjs');
    writeFileSync(
      script,
      `const { createContainerImages } = await import(${module('containers.ts')});
      const { systemWorld } = await import(${module('../../../base/world.ts')});
      setInterval(() => {}, 1000);
      const images = createContainerImages({ ...systemWorld, imagesFolder: ${JSON.stringify(join(base, 'images'))}, own: () => false });
      images.beginImport(${JSON.stringify(layout)}, 'mine/own:1');
      setInterval(() => { if (images.activity('mine/own:1').lines.some((line) => line.includes('layer 3 of 6') && line.includes('unpacking'))) process.kill(process.pid, 'SIGKILL'); }, 1);`,
    );
    const child = spawn(process.execPath, [script], { stdio: 'inherit' });
    expect(await new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))).toBe('SIGKILL');
    expect(list('rootfs').filter((name) => name.includes('.building-'))).toHaveLength(1);
    expect(store().list()).toEqual([]);
    const images = store();
    expect(await bring(images, layout)).toMatchObject({ state: 'Done' });
    const files = await filesOf(images, 'mine/own:1');
    expect(readdirSync(files).filter((name) => /^f\d$/.test(name))).toHaveLength(6);
    expect(readdirSync(join(files, 'f5'))).toHaveLength(120);
    expect(list('rootfs').filter((name) => /building|lock/.test(name))).toEqual([]);
    expect(list('partial')).toEqual([]);
  });

  it('is gone when its name is removed, but for what others share', async () => {
    const images = store();
    const shared = await layerOf([{ name: 'shared', content: 'x' }], 'gzip');
    const own = await layerOf([{ name: 'own', content: 'x' }], 'gzip');
    await bring(images, writeLayout(join(base, 'a'), [build([shared])]), 'a:1');
    await bring(images, writeLayout(join(base, 'b'), [build([shared, own])]), 'b:1');
    await images.remove('b:1');
    expect(images.list().map(({ uri }) => uri)).toEqual(['a:1']);
    expect(list('rootfs')).toHaveLength(1);
    expect(list('blobs')).toHaveLength(2);
    expect(await images.ready('a:1', () => {})).toBeDefined();
    await images.remove('a:1');
    expect([list('rootfs'), list('blobs')]).toEqual([[], []]);
    await expect(images.remove('a:1')).rejects.toMatchObject({ code: 'UnknownImage' });
  });

  it('is brought whole although another is removed meanwhile', async () => {
    const images = store();
    await bring(images, writeLayout(join(base, 'a'), [await simple('a')]), 'a:1');
    const layers = await Promise.all(
      [1, 2, 3, 4].map((n) => layerOf([{ name: `f${n}`, content: 'x'.repeat(n * 1e5) }])),
    );
    images.beginImport(writeLayout(join(base, 'b'), [build(layers)]), 'b:1');
    await new Promise((resolve) => setTimeout(resolve, 15));
    await images.remove('a:1');
    expect(await ended(images, 'b:1')).toMatchObject({ state: 'Done', failure: undefined });
    expect(readdirSync(await filesOf(images, 'b:1'))).toEqual(expect.arrayContaining(['f1', 'f2', 'f3', 'f4']));
  });
});

// Without namespaces nothing is unpacked, as above.
describe.runIf(sandboxes)('an image from a registry', () => {
  const images = (more: Partial<ContainerOptions> = {}) => store(more);

  it('is pulled through an index, by tag or by digest', async () => {
    const other = build([await layerOf([{ name: 'file', content: 'other' }])], {}, 'riscv64');
    const mine = await simple();
    const { host } = await registry({ images: { 'team/fit:1': [other, mine] } });
    const here = images();
    expect(await pull(here, `${host}/team/fit:1`)).toMatchObject({ state: 'Done' });
    expect(readFileSync(join(await filesOf(here, `${host}/team/fit:1`), 'file'), 'utf8')).toBe('content');
    const byDigest = `${host}/team/fit@${mine.manifest.digest}`;
    expect(await pull(here, byDigest)).toMatchObject({ state: 'Done' });
    expect(here.list().map(({ digest }) => digest)).toEqual([mine.manifest.digest, mine.manifest.digest]);
    expect((await pull(here, `${host}/team/none:1`)).failure).toMatchObject({ code: 'UnknownImage' });
  });

  it('asks for a token with the credentials of its own file', async () => {
    const credentials = { username: 'ana', password: 'pa:ss' };
    const { host, seen } = await registry({ images: { 'team/fit:1': await simple() }, credentials });
    const registriesFile = join(base, 'registries.json');
    const uri = `${host}/team/fit:1`;
    const without = await pull(images({ registriesFile }), uri);
    expect(without.failure).toMatchObject({
      code: 'RegistryDenied',
      message: expect.stringContaining('wants credentials'),
    });
    const write = (auth: object) =>
      writeFileSync(registriesFile, JSON.stringify({ auths: { [host]: auth } }), { mode: 0o600 });
    write({ username: 'ana', password: 'wrong' });
    expect((await pull(images({ registriesFile }), uri)).failure!.message).toContain('refuses the credentials');
    write({ auth: Buffer.from('ana:pa:ss').toString('base64') });
    expect(await pull(images({ registriesFile }), uri)).toMatchObject({ state: 'Done' });
    expect(seen.filter(({ path }) => path === '/token').length).toBeLessThan(4);
    chmodSync(registriesFile, 0o644);
    expect((await pull(images({ registriesFile }), uri)).failure!.message).toContain('may be read by others');
  });

  it('that redirects elsewhere is followed there without its authorization', async () => {
    const image = await simple();
    const [digest, bytes] = [...image.blobs].find(([, one]) => one.readUInt16BE(0) === 0x1f8b)!;
    const heard: (string | undefined)[] = [];
    const elsewhere = createServer((request, response) => {
      heard.push(request.headers.authorization);
      response.end(bytes);
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => new Promise((resolve) => elsewhere.close(() => resolve())) });
    const to = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/storage`;
    const credentials = { username: 'ana', password: 'x' };
    const { host, seen } = await registry({
      ...{ images: { 'team/fit:1': image }, credentials },
      intercept(request, response) {
        if (!request.url!.includes(digest)) return false;
        response.writeHead(307, { location: to }).end();
        return true;
      },
    });
    const registriesFile = join(base, 'registries.json');
    writeFileSync(registriesFile, JSON.stringify({ auths: { [host]: credentials } }), { mode: 0o600 });
    expect(await pull(images({ registriesFile }), `${host}/team/fit:1`)).toMatchObject({ state: 'Done' });
    expect(seen.find(({ path }) => path.includes(digest))!.authorization).toMatch(/^Bearer /);
    expect(heard).toEqual([undefined]);
  });

  it('is not spoken to without TLS, nor followed there', async () => {
    const { host } = await registry({
      images: { 'team/fit:1': await simple() },
      intercept(_request, response) {
        response.writeHead(302, { location: 'http://registry.example/v2/' }).end();
        return true;
      },
    });
    const { failure } = await pull(images(), `${host}/team/fit:1`);
    expect(failure).toMatchObject({ code: 'RegistryDenied', message: expect.stringContaining('without TLS') });
  });

  it('that breaks off goes on where it stood, also where it fails in between', async () => {
    const image = await simple('x'.repeat(10) + Math.random());
    const layer = [...image.blobs].find(([, one]) => one.readUInt16BE(0) === 0x1f8b)!;
    let cuts = 0;
    const { host, seen } = await registry({
      images: { 'team/fit:1': image },
      intercept(request, response, bytes) {
        if (!request.url!.includes(layer[0]) || cuts >= 3) return false;
        cuts += 1;
        if (cuts === 2) return answered(response.writeHead(503).end());
        const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
        response.writeHead(from ? 206 : 200, {
          'content-length': bytes!.length - from,
          ...(from && { 'content-range': `bytes ${from}-${bytes!.length - 1}/${bytes!.length}` }),
        });
        response.write(bytes!.subarray(from, from + 20), () => response.destroy());
        return true;
      },
    });
    expect(await pull(images(), `${host}/team/fit:1`)).toMatchObject({ state: 'Done', failure: undefined });
    expect(seen.filter(({ path }) => path.includes(layer[0])).map(({ range }) => range?.split('-')[0])).toEqual([
      ...[undefined, 'bytes=20', 'bytes=20', 'bytes=40'],
    ]);
  });

  it.each<[string, (image: Built) => NonNullable<RegistryBehaviour['intercept']>, RegExp]>([
    [
      'sends other bytes',
      () => (_q, response, bytes) => answered(response.end(Buffer.alloc(bytes!.length))),
      /cannot be read|other bytes|no JSON/,
    ],
    [
      'sends more than there is',
      () => (_q, response) => answered(response.end(Buffer.alloc(6 * 1024 ** 2, 32))),
      /more than|longer than/,
    ],
    [
      'redirects for ever',
      () => (request, response) => answered(response.writeHead(302, { location: request.url! }).end()),
      /redirects 6 times/,
    ],
    ['is down', () => (_q, response) => answered(response.writeHead(500).end()), /status 500, 5 times/],
  ])('that %s is given up, and leaves nothing', async (_, behave, says) => {
    const image = await simple();
    const { host } = await registry({ images: { 'team/fit:1': image }, intercept: behave(image) });
    const here = images();
    expect((await pull(here, `${host}/team/fit:1`)).failure!.message).toMatch(says);
    // Blobs alone are wrong.
    const late = await registry({
      images: { 'team/fit:1': image },
      intercept: (request, response, bytes) =>
        request.url!.includes('/blobs/') && behave(image)(request, response, bytes),
    });
    expect((await pull(here, `${late.host}/team/fit:1`)).state).toBe('Failed');
    expect(here.list()).toEqual([]);
    expect([list('partial'), list('rootfs')]).toEqual([[], []]);
  });
});

describe('a registry that falls silent', () => {
  it.each([
    ['before it answers', () => {}],
    ['while it does', (response: ServerResponse) => void response.writeHead(200).write('{')],
  ])('%s is given up after a while', async (_, begin) => {
    const quick = {
      ...systemClock,
      at: (at: number, run: () => void) => systemClock.at(systemClock.now() + (at - systemClock.now()) / 1000, run),
    };
    const { host } = await registry({
      images: {},
      intercept(_request, response) {
        begin(response);
        return true;
      },
    });
    const { failure } = await pull(store({ clock: quick }), `${host}/team/fit:1`);
    expect(failure).toMatchObject({
      code: 'RegistryUnreachable',
      message: expect.stringMatching(/did not answer within 30 s|silent for 60 s/),
    });
  });
});

describe('references', () => {
  it.each([
    ['fit', undefined, 'fit:latest', 'registry-1.docker.io/library/fit'],
    ['team/fit:1', undefined, 'team/fit:1', 'registry-1.docker.io/team/fit'],
    ['localhost/fit', 'localhost', 'localhost/fit:latest', 'localhost/fit'],
    ['Example.com:5000/a/b:c', 'example.com:5000', 'example.com:5000/a/b:c', 'example.com:5000/a/b'],
    [`ghcr.io/a/b@sha256:${'a'.repeat(64)}`, 'ghcr.io', `ghcr.io/a/b@sha256:${'a'.repeat(64)}`, 'ghcr.io/a/b'],
  ])('%s', (text, host, canonical, place) => {
    const reference = parseReference(text)!;
    expect(reference).toMatchObject({ host, canonical });
    expect(Object.values(registryPlace(reference)).join('/')).toBe(place);
    expect(parseReference(canonical)!.canonical).toBe(canonical);
  });

  it.each([
    '',
    'A',
    'a/../b',
    'a b',
    'a:',
    'a@sha256:1',
    'a@sha512:1@x',
    'http://x/y',
    '/a',
    'a/',
    'a//b',
    'x'.repeat(600),
    'h.x/a?b',
    'a\nb',
  ])('%j is none', (text) => {
    expect(parseReference(text)).toBeUndefined();
  });

  it('are never more than a path of a registry', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z./:@%?#-]{1,30}$/)), (text) => {
        const reference = parseReference(text);
        if (!reference) return;
        const { host, repository } = registryPlace(reference);
        const url = new URL(`https://${host}/v2/${repository}/manifests/${reference.tag ?? reference.digest}`);
        expect(url.pathname).toBe(`/v2/${repository}/manifests/${reference.tag ?? reference.digest}`);
      }),
    );
  });

  it('challenges are read whatever they hold', () => {
    expect(parseChallenge('Bearer realm="https://a/t",service="s x",scope=repository:a:pull')).toEqual({
      scheme: 'bearer',
      parameters: { realm: 'https://a/t', service: 's x', scope: 'repository:a:pull' },
    });
    fc.assert(fc.property(fc.string(), (text) => void parseChallenge(text)));
  });
});
