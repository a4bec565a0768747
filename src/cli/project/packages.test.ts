import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageFiles } from './packages.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'telar-packages-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

type Needs = { dependencies?: object; optionalDependencies?: object; peerDependencies?: object };
/** A package whose one file says its version. */
function install(at: string, version = '1', needs: Needs & { peerDependenciesMeta?: object } = {}): void {
  put(`${at}/package.json`, JSON.stringify({ version, ...needs }));
  put(`${at}/index.js`, version);
}
const paths = (names: string[], project = root) => packageFiles(project, names).map(({ path }) => path);
const modules = (names: string[], project = root) =>
  paths(names, project)
    .filter((path) => path.endsWith('/index.js'))
    .map((path) => path.slice(0, -'/index.js'.length));
const any = (...names: string[]) => Object.fromEntries(names.map((name) => [name, '*']));

describe('the packages of a function', () => {
  it('come with all that they depend on, in one order', () => {
    install('node_modules/@scope/a', '1', { dependencies: any('c', 'b') });
    install('node_modules/b', '1', { dependencies: any('c') });
    install('node_modules/c', '1', { dependencies: any('b') });
    install('node_modules/unasked');
    expect(modules(['@scope/a'])).toEqual(['node_modules/@scope/a', 'node_modules/b', 'node_modules/c']);
  });

  it('are found above the project, as in a workspace', () => {
    install('node_modules/a');
    mkdirSync(join(root, 'apps/shop'), { recursive: true });
    expect(modules(['a'], join(root, 'apps/shop'))).toEqual(['node_modules/a']);
  });

  it('keep two versions apart: each who needs one finds its own', () => {
    install('node_modules/a', '1', { dependencies: any('lib', 'deep') });
    install('node_modules/lib', '1');
    install('node_modules/b', '1', { dependencies: any('lib') });
    install('node_modules/b/node_modules/lib', '2', { dependencies: any('deep') });
    install('node_modules/deep');
    const found = packageFiles(root, ['a', 'b']).filter(({ path }) => path.endsWith('lib/index.js'));
    expect(found.map(({ path, file }) => [path, file.slice(root.length + 1)])).toEqual([
      ['node_modules/b/node_modules/lib/index.js', 'node_modules/b/node_modules/lib/index.js'],
      ['node_modules/lib/index.js', 'node_modules/lib/index.js'],
    ]);
    expect(modules(['a', 'b']).filter((path) => path.endsWith('deep'))).toEqual(['node_modules/deep']);
  });

  it('are followed through the links of pnpm', () => {
    install('node_modules/.pnpm/a@1/node_modules/a', '1', { dependencies: any('b') });
    install('node_modules/.pnpm/b@1/node_modules/b');
    symlinkSync('../../b@1/node_modules/b', join(root, 'node_modules/.pnpm/a@1/node_modules/b'));
    symlinkSync('.pnpm/a@1/node_modules/a', join(root, 'node_modules/a'));
    expect(modules(['a'])).toEqual(['node_modules/a', 'node_modules/b']);
  });

  it('leave out what no program runs, and keep licences and what is executable', () => {
    install('node_modules/a');
    for (const name of ['index.d.ts', 'index.d.mts', 'index.js.map', 'README.md', 'LICENSE', 'lib/tool'])
      put(`node_modules/a/${name}`, 'x');
    chmodSync(join(root, 'node_modules/a/lib/tool'), 0o755);
    const files = packageFiles(root, ['a']);
    expect(files.map(({ path, executable }) => [path, executable])).toEqual([
      ['node_modules/a/LICENSE', false],
      ['node_modules/a/index.js', false],
      ['node_modules/a/lib/tool', true],
      ['node_modules/a/package.json', false],
    ]);
  });

  it('need not have what is optional, as what is for another platform', () => {
    install('node_modules/a', '1', {
      dependencies: any('here', 'other'),
      optionalDependencies: any('other', 'here'),
      peerDependencies: any('peer'),
      peerDependenciesMeta: { peer: { optional: true } },
    });
    install('node_modules/here');
    expect(modules(['a'])).toEqual(['node_modules/a', 'node_modules/here']);
  });
});

describe('packages that cannot be taken', () => {
  it('are told with what to run', () => {
    install('node_modules/a', '1', { dependencies: any('b') });
    expect(() => paths(['x'])).toThrow(/package x is not installed in .*: run 'npm install --save-exact x' there/);
    expect(() => paths(['a'])).toThrow(/package b, which a needs, is not installed in .*: run 'npm install' there/);
    put('node_modules/b/package.json', '{');
    expect(() => paths(['a'])).toThrow(/package\.json of b .* cannot be read .*: install it again/);
  });

  it('are those that hold a link to elsewhere', () => {
    install('node_modules/a');
    symlinkSync('/etc/passwd', join(root, 'node_modules/a/secret'));
    expect(() => paths(['a'])).toThrow(/a\/secret, in the package a, is a symbolic link/);
  });
});
