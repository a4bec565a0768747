import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { codeBundle } from '../../sdk/index.ts';
import { makeBundle } from './bundle.ts';

let root: string;
let count = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'telar-bundle-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const CODE = codeBundle({ folder: 'pipeline', include: ['a.py', 'lib'] });
const IDENTITY = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'init.defaultBranch=main'];

function git(cwd: string, ...args: string[]): string {
  const done = spawnSync('git', [...IDENTITY, ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: root, GIT_CONFIG_NOSYSTEM: '1' },
  });
  if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`);
  return done.stdout.trim();
}

function write(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function project(files: Record<string, string> = {}): string {
  const folder = join(root, `project-${++count}`);
  write(folder, { 'pipeline/a.py': 'print(1)\n', 'pipeline/lib/b.py': 'x = 2\n', 'other.txt': 'apart\n', ...files });
  return folder;
}

function repository(files: Record<string, string> = {}): { folder: string; sha: string } {
  const folder = project(files);
  git(folder, 'init', '-q');
  git(folder, 'add', '-A');
  git(folder, 'commit', '-qm', 'first');
  return { folder, sha: git(folder, 'rev-parse', 'HEAD') };
}

const bundle = (folder: string) => makeBundle(folder, CODE, 'bucket');

describe('the version of a code bundle', () => {
  it('is the commit when its files are as committed, whatever else is changed', async () => {
    const { folder, sha } = repository();
    write(folder, { 'other.txt': 'changed', 'pipeline/not-in-the-bundle.py': '' });
    const made = await bundle(folder);
    expect(made).toMatchObject({ version: sha, files: ['a.py', 'lib/b.py'], remark: undefined });
    expect(made.uri).toBe(`s3://bucket/pipeline/code/${sha}/pipeline_code.tar.gz`);
  });

  it.each([
    ['an edit', (folder: string) => write(folder, { 'pipeline/a.py': 'print(2)\n' }), 'a.py'],
    ['a new file', (folder: string) => write(folder, { 'pipeline/lib/new.py': '' }), 'lib/new.py'],
    [
      'an ignored file',
      (folder: string) => write(folder, { '.gitignore': '*.log', 'pipeline/lib/x.log': '' }),
      'lib/x.log',
    ],
    ['a permission', (folder: string) => chmodSync(join(folder, 'pipeline/a.py'), 0o755), 'a.py'],
    [
      'a staged edit',
      (folder: string) => {
        write(folder, { 'pipeline/a.py': 'print(3)\n' });
        git(folder, 'add', '-A');
      },
      'a.py',
    ],
    [
      'an edit that git was told to overlook',
      (folder: string) => {
        git(folder, 'update-index', '--assume-unchanged', 'pipeline/a.py');
        write(folder, { 'pipeline/a.py': 'print(4)\n' });
      },
      'a.py',
    ],
  ])('tells uncommitted work: %s', async (_name, change, named) => {
    const { folder, sha } = repository();
    change(folder);
    const made = await bundle(folder);
    expect(made.version).toBe(`${sha}-dirty-${made.sha256.slice(0, 12)}`);
    expect(made.remark).toBe(`uncommitted: ${named}`);
  });

  it('is manual-<hash> outside of git, before the first commit, and without git', async () => {
    const plain = await bundle(project());
    expect(plain.version).toBe(`manual-${plain.sha256.slice(0, 12)}`);
    expect(plain.remark).toMatch(/no git repository/);
    const unborn = project();
    git(unborn, 'init', '-q');
    expect((await bundle(unborn)).version).toBe(plain.version);
    const { folder } = repository();
    vi.stubEnv('PATH', root);
    const without = await bundle(folder);
    expect(without.version).toBe(plain.version);
    expect(without.remark).toMatch(/git is not installed/);
  });

  it('is not misled by the variables that git sets inside its hooks', async () => {
    const { folder, sha } = repository();
    const other = repository({ 'pipeline/a.py': 'other\n' });
    vi.stubEnv('GIT_DIR', join(other.folder, '.git'));
    vi.stubEnv('GIT_INDEX_FILE', join(other.folder, '.git/index'));
    expect((await bundle(folder)).version).toBe(sha);
  });
});

describe('the bytes of a committed bundle', () => {
  it('are the same in a fresh clone, a shallow clone and a worktree', async () => {
    const { folder, sha } = repository();
    git(folder, 'commit', '-q', '--allow-empty', '-m', 'second');
    const head = git(folder, 'rev-parse', 'HEAD');
    expect(head).not.toBe(sha);
    const places = ['clone', 'shallow', 'worktree'].map((name) => join(root, `${name}-${++count}`)) as [
      string,
      string,
      string,
    ];
    git(root, 'clone', '-q', folder, places[0]);
    git(root, 'clone', '-q', '--depth', '1', `file://${folder}`, places[1]);
    git(folder, 'worktree', 'add', '-q', places[2]);
    const first = await bundle(folder);
    for (const place of places) {
      expect(await bundle(place)).toMatchObject({ version: head, sha256: first.sha256 });
    }
  });

  it('are the committed ones where a checkout converts line endings', async () => {
    const { folder, sha } = repository();
    const clone = join(root, `crlf-${++count}`);
    git(root, 'clone', '-q', '-c', 'core.autocrlf=true', folder, clone);
    const [first, converted] = [await bundle(folder), await bundle(clone)];
    expect(converted.version).toBe(sha);
    expect(converted.sha256).toBe(first.sha256);
    expect(gunzipSync(converted.bytes).includes('\r\n')).toBe(false);
  });

  it('do not depend on the umask, and ignore modes where git does', async () => {
    const { folder, sha } = repository();
    const first = await bundle(folder);
    chmodSync(join(folder, 'pipeline/a.py'), 0o600);
    expect((await bundle(folder)).sha256).toBe(first.sha256);
    git(folder, 'config', 'core.fileMode', 'false');
    chmodSync(join(folder, 'pipeline/a.py'), 0o755);
    expect(await bundle(folder)).toMatchObject({ version: sha, sha256: first.sha256 });
  });
});

describe('what a bundle cannot be made of', () => {
  it('leaves out what tools leave behind', async () => {
    const folder = project({ 'pipeline/lib/__pycache__/b.pyc': '', 'pipeline/lib/.DS_Store': '' });
    expect((await bundle(folder)).files).toEqual(['a.py', 'lib/b.py']);
  });

  it('refuses a file that is missing, a symbolic link and an empty bundle by name', async () => {
    const missing = project();
    rmSync(join(missing, 'pipeline/a.py'));
    await expect(bundle(missing)).rejects.toThrow(/a\.py, which the code bundle includes, is not there/);
    const linked = project();
    symlinkSync('/etc/hostname', join(linked, 'pipeline/lib/link'));
    await expect(bundle(linked)).rejects.toThrow(/lib\/link is a symbolic link/);
    const empty = project();
    mkdirSync(join(empty, 'pipeline/none'));
    const none = codeBundle({ folder: 'pipeline', include: ['none'] });
    await expect(makeBundle(empty, none, 'bucket')).rejects.toThrow(/holds no file/);
  });
});
