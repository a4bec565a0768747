/**
 * What git says of a bundle's files: the commit they are of, and whether they are exactly what it holds.
 *
 * G1. A file is clean when git would store its bytes as the blob that HEAD names: what the index says (flags, stale times)
 *     does not count.
 * G2. The bytes of a clean file are the same in every clone: where line endings alone were converted on checkout, the
 *     committed bytes are taken.
 * G3. Git's own environment variables (set inside hooks) are not passed on: the folder alone decides which repository.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { BundleFile } from './files.ts';

export type Committed =
  /** No commit can be named, and why. */
  | { kind: 'none'; reason: string }
  | { kind: 'clean'; commit: string; files: BundleFile[] }
  | { kind: 'dirty'; commit: string; changed: string[] };

type Blob = { mode: string; id: string };

/** @param folder the bundle's folder @param files as they lie in the working tree */
export function committed(folder: string, files: readonly BundleFile[]): Committed {
  const head = git(folder, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  if ('problem' in head) return { kind: 'none', reason: head.problem };
  const commit = head.output.toString('utf8').trim();
  const tree = git(folder, ['ls-tree', '-r', '-z', 'HEAD', '--', '.']);
  if ('problem' in tree) return { kind: 'none', reason: tree.problem };
  const blobs = parseTree(tree.output.toString('utf8'));
  const modesCount = text(git(folder, ['config', '--type=bool', '--default=true', 'core.fileMode'])) !== 'false';
  const changed: string[] = [];
  const clean: BundleFile[] = [];
  for (const file of files) {
    const blob = blobs.get(file.path);
    const bytes = blob && committedBytes(folder, file, blob);
    const executable = blob?.mode === '100755';
    if (!bytes || (modesCount && executable !== file.executable)) changed.push(file.path);
    else clean.push({ path: file.path, bytes, executable });
  }
  return changed.length > 0 ? { kind: 'dirty', commit, changed } : { kind: 'clean', commit, files: clean };
}

/** `<mode> <type> <id>\t<path>`, each ended by a zero byte; paths are relative to the folder asked in. */
function parseTree(listing: string): Map<string, Blob> {
  const blobs = new Map<string, Blob>();
  for (const entry of listing.split('\0')) {
    const match = /^(\d+) blob ([0-9a-f]+)\t(.+)$/s.exec(entry);
    if (match) blobs.set(match[3]!, { mode: match[1]!, id: match[2]! });
  }
  return blobs;
}

/** The bytes that the bundle takes of a clean file; undefined when it was changed. */
function committedBytes(folder: string, { path, bytes }: BundleFile, blob: Blob): Buffer | undefined {
  if (blobId(bytes, blob.id.length) === blob.id) return bytes;
  // Filters (line endings, large files) may stand between the working tree and the blob: git knows them.
  if (text(git(folder, ['hash-object', '--', path])) !== blob.id) return undefined;
  const stored = git(folder, ['cat-file', 'blob', blob.id]);
  if ('problem' in stored) return undefined;
  return withoutReturns(stored.output).equals(withoutReturns(bytes)) ? stored.output : bytes;
}

function blobId(bytes: Buffer, length: number): string {
  const algorithm = length === 64 ? 'sha256' : 'sha1';
  return createHash(algorithm).update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function withoutReturns(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}

type Answer = { output: Buffer } | { problem: string };

function text(answer: Answer): string | undefined {
  return 'output' in answer ? answer.output.toString('utf8').trim() : undefined;
}

/** As `git rev-parse --local-env-vars` lists them. */
const LOCAL_VARIABLES =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|PREFIX|NAMESPACE|GRAFT_FILE|SHALLOW_FILE|CONFIG|CONFIG_PARAMETERS|CONFIG_COUNT|IMPLICIT_WORK_TREE|INTERNAL_SUPER_PREFIX|NO_REPLACE_OBJECTS|REPLACE_REF_BASE)$/;

function git(folder: string, args: readonly string[]): Answer {
  const env: NodeJS.ProcessEnv = { LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' };
  for (const [name, value] of Object.entries(process.env)) if (!LOCAL_VARIABLES.test(name)) env[name] ??= value;
  const done = spawnSync('git', args, { cwd: folder, env, maxBuffer: 1024 * 1024 * 1024 });
  if (done.error) {
    const missing = (done.error as NodeJS.ErrnoException).code === 'ENOENT';
    return { problem: missing ? 'git is not installed' : `git could not be started: ${done.error.message}` };
  }
  if (done.status === 0) return { output: done.stdout };
  const said = done.stderr.toString('utf8').trim().split('\n')[0] ?? '';
  if (/dubious ownership/.test(said)) return { problem: 'git does not trust the folder: another user owns it' };
  if (/not a git repository/.test(said)) return { problem: 'the folder is in no git repository' };
  return { problem: said === '' ? 'the repository has no commit yet' : said };
}
