/**
 * The zips of a project's functions: the bundle of a handler in TypeScript or JavaScript, or the files of one in Python.
 *
 * Z1. The same files give the same bytes, so that publishing twice changes nothing: no times, one order.
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

export type FunctionCode = {
  zip: Buffer;
  /** In base64, as Lambda tells it. */
  sha256: string;
  /** As Lambda wants it: module and name. */
  handler: string;
};

/** DOS, whose times zips have, began then. */
const NO_TIME = new Date(Date.UTC(1980, 0, 1));

/** @param folder of telar.config.ts @throws BrokenFunction */
export async function functionCode(folder: string, fn: FunctionDocuments): Promise<FunctionCode> {
  const file = join(folder, fn.file);
  if (!existsSync(file)) {
    throw failure(
      'BrokenFunction',
      `Function '${fn.name}' has no code: there is no ${file}. Correct \`file\` in telar.config.ts.`,
    );
  }
  const python = fn.file.endsWith('.py');
  const files = python ? pythonFiles(folder, fn) : [await bundled(file, fn.name)];
  const zip = await zipOf(files);
  const sha256 = createHash('sha256').update(zip).digest('base64');
  return { zip, sha256, handler: handlerOf(fn.file, fn.handler) };
}

function pythonFiles(folder: string, { file, include }: FunctionDocuments): BundleFile[] {
  const code = { kind: 'codeBundle', folder: dirname(file), prefix: 'functions' } as const;
  return bundleFiles(join(folder, dirname(file)), { ...code, include: [basename(file), ...include] });
}

async function bundled(file: string, name: string): Promise<BundleFile> {
  try {
    return { path: BUNDLED, bytes: Buffer.from(await bundleHandler(file)), executable: false };
  } catch (error) {
    throw failure(
      'BrokenFunction',
      `Function '${name}' could not be bundled from ${file}: ${(error as Error).message}`,
    );
  }
}

function zipOf(files: readonly BundleFile[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { path, bytes, executable } of files) {
    zip.addBuffer(bytes, path, { mtime: NO_TIME, forceDosTimestamp: true, mode: executable ? 0o100755 : 0o100644 });
  }
  zip.end();
  return buffer(zip.outputStream as unknown as AsyncIterable<Uint8Array>);
}
