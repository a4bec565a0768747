/**
 * A project's code bundle with its version: which bytes go where.
 *
 * The version is the commit's SHA when every file of the bundle is as HEAD has it, `<sha>-dirty-<hash>` when one is not, and
 * `manual-<hash>` where no commit can be named. `<hash>` is of the archive: other bytes, another version.
 */
import { resolve } from 'node:path';
import { type CodeBundle, codeBundleKey, s3Uri } from '../../sdk/index.ts';
import { type Archive, makeArchive } from './archive.ts';
import { bundleFiles } from './files.ts';
import { committed } from './git.ts';

export type Bundle = Archive & {
  version: string;
  key: string;
  uri: `s3://${string}`;
  files: string[];
  /** Why the version is not a plain commit, for people; undefined when it is. */
  remark: string | undefined;
};

const HASH_LENGTH = 12;
const NAMED_FILES = 3;

/** @param project the folder of telar.config.ts @param bucket where it will lie */
export async function makeBundle(project: string, code: CodeBundle, bucket: string): Promise<Bundle> {
  const folder = resolve(project, code.folder);
  const found = bundleFiles(folder, code);
  const state = committed(folder, found);
  const files = state.kind === 'clean' ? state.files : found;
  const archive = await makeArchive(files);
  const hash = archive.sha256.slice(0, HASH_LENGTH);
  const version =
    state.kind === 'clean' ? state.commit : state.kind === 'dirty' ? `${state.commit}-dirty-${hash}` : `manual-${hash}`;
  const key = codeBundleKey(code, version);
  const remark =
    state.kind === 'clean'
      ? undefined
      : state.kind === 'dirty'
        ? `uncommitted: ${named(state.changed)}`
        : `no commit to name it by: ${state.reason}`;
  return { ...archive, version, key, uri: s3Uri(bucket, key), files: files.map(({ path }) => path), remark };
}

function named(paths: readonly string[]): string {
  const shown = paths.slice(0, NAMED_FILES).join(', ');
  return paths.length > NAMED_FILES ? `${shown} and ${paths.length - NAMED_FILES} more` : shown;
}
