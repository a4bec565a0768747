/**
 * The zips of a project's functions: the bundle of a handler in TypeScript or JavaScript with the packages that stay beside it, or the
 * files of one in Python.
 *
 * Z1. The same files give the same bytes, so that publishing twice changes nothing: no times, one order.
 * Z2. Packages are compressed lightly: a native one takes seconds of each publishing otherwise. They are in memory all together only
 *     when the zip is sent.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { BUNDLED, bundleHandler, handlerOf } from '../../deploy/bundle.ts';
import type { FunctionDocuments } from '../../sdk/index.ts';
import { failure } from '../errors.ts';
import { type BundleFile, bundleFiles } from './files.ts';
import { type PackageFile, packageFiles } from './packages.ts';

export type FunctionCode = {
  zip(): Promise<Buffer>;
  /** Of the zip, in bytes. */
  size: number;
  /** In base64, as Lambda tells it. */
  sha256: string;
  /** As Lambda wants it: module and name. */
  handler: string;
};

/** DOS, whose times zips have, began then. */
const NO_TIME = new Date(Date.UTC(1980, 0, 1));
/** Lambda's, of what a zip unpacks to. */
const MOST_UNZIPPED = 250 * 1024 * 1024;
const NAMED_PACKAGES = 3;

/** @param folder of telar.config.ts @throws BrokenFunction, BrokenPackage */
export async function functionCode(folder: string, fn: FunctionDocuments): Promise<FunctionCode> {
  const file = join(folder, fn.file);
  if (!existsSync(file)) {
    throw failure(
      'BrokenFunction',
      `Function '${fn.name}' has no code: there is no ${file}. Correct \`file\` in telar.config.ts.`,
    );
  }
  const python = fn.file.endsWith('.py');
  const packages = packageFiles(folder, fn.packages);
  const files = python ? pythonFiles(folder, fn) : [await bundled(file, fn)];
  mustFit(fn.name, files, packages);
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of zipOf(files, packages)) {
    hash.update(piece);
    size += piece.length;
  }
  return {
    ...{ size, sha256: hash.digest('base64'), handler: handlerOf(fn.file, fn.handler) },
    zip: () => buffer(zipOf(files, packages)),
  };
}

function pythonFiles(folder: string, { file, include }: FunctionDocuments): BundleFile[] {
  const code = { kind: 'codeBundle', folder: dirname(file), prefix: 'functions' } as const;
  return bundleFiles(join(folder, dirname(file)), { ...code, include: [basename(file), ...include] });
}

async function bundled(file: string, { name, packages }: FunctionDocuments): Promise<BundleFile> {
  try {
    return { path: BUNDLED, bytes: Buffer.from(await bundleHandler(file, packages)), executable: false };
  } catch (error) {
    throw failure(
      'BrokenFunction',
      `Function '${name}' could not be bundled from ${file}: ${(error as Error).message}`,
    );
  }
}

function mustFit(name: string, files: readonly BundleFile[], packages: readonly PackageFile[]): void {
  const sizes = new Map<string, number>();
  for (const { path, size } of packages) {
    const of = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)![1]!;
    sizes.set(of, (sizes.get(of) ?? 0) + size);
  }
  const own = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const total = [...sizes.values()].reduce((sum, size) => sum + size, own);
  if (total <= MOST_UNZIPPED) return;
  const megabytes = (size: number) => `${(size / 1024 / 1024).toFixed(0)} MB`;
  const largest = [...sizes].sort(([, one], [, other]) => other - one).slice(0, NAMED_PACKAGES);
  throw failure(
    'BrokenFunction',
    `Function '${name}' is ${megabytes(total)} when it is unpacked, and Lambda takes ${megabytes(MOST_UNZIPPED)} at most` +
      `${largest.length > 0 ? ` (${largest.map(([of, size]) => `${of}: ${megabytes(size)}`).join(', ')})` : ''}. ` +
      'Take out of `packages` or `include` what it does not need, or do the work in a job of a pipeline.',
  );
}

/** The zip's bytes, piece after piece. */
function zipOf(files: readonly BundleFile[], packages: readonly PackageFile[]): AsyncIterable<Uint8Array> {
  const zip = new ZipFile();
  const options = (executable: boolean) =>
    ({ mtime: NO_TIME, forceDosTimestamp: true, mode: executable ? 0o100755 : 0o100644 }) as const;
  for (const { path, bytes, executable } of files) zip.addBuffer(bytes, path, options(executable));
  for (const { path, file, executable } of packages)
    zip.addFile(file, path, { ...options(executable), compressionLevel: 1 });
  zip.end();
  const bytes = zip.outputStream as NodeJS.ReadableStream & { destroy(error: Error): void };
  // A file that is gone meanwhile: whoever reads the zip is told.
  zip.on('error', (error: Error) => bytes.destroy(error));
  return bytes as unknown as AsyncIterable<Uint8Array>;
}
