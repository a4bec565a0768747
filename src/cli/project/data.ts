/** The data of a project as the objects that it becomes. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DataUpload, PackageUpload } from '../../sdk/index.ts';
import { failure } from '../errors.ts';
import { splitRows } from './csv.ts';
import { packageFiles } from './packages.ts';

export type DataObject = {
  key: string;
  /** The file that it comes from, for people. */
  from: string;
  bytes: Buffer;
  /** Hexadecimal: what S3 answers as the ETag of an object that was put in one piece. */
  md5: string;
  /** What it is shown as a part of: there are hundreds of a package's files. */
  partOf?: string;
};

const LARGEST = 1024 * 1024 * 1024;

/** @param project the folder of telar.config.ts @throws MissingData, DataTooLarge, BrokenPackage */
export function dataObjects(project: string, uploads: readonly DataUpload[]): DataObject[] {
  return uploads.flatMap((upload) => {
    if (upload.kind === 'packages') return packageObjects(project, upload);
    const bytes = read(resolve(project, upload.file));
    if (upload.kind === 'file') return [object(upload.key, upload.file, bytes)];
    const { train, validation, rows } = splitRows(bytes, upload.at);
    if (rows < 2) {
      throw failure(
        'MissingData',
        `${upload.file} has ${rows === 0 ? 'no row' : 'one row'} below its header: there is nothing to split.`,
      );
    }
    return [object(upload.train, upload.file, train), object(upload.validation, upload.file, validation)];
  });
}

function packageObjects(project: string, { packages, prefix }: PackageUpload): DataObject[] {
  return packageFiles(project, packages).map(({ path, file }) => {
    const from = path.slice('node_modules/'.length);
    return { ...object(`${prefix}/${from}`, from, read(file)), partOf: `${prefix}/` };
  });
}

function object(key: string, from: string, bytes: Buffer): DataObject {
  return { key, from, bytes, md5: createHash('md5').update(bytes).digest('hex') };
}

function read(file: string): Buffer {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats?.isFile()) {
    throw failure(
      'MissingData',
      `The data file ${file} is not there. Put it there, or correct \`data\` in telar.config.ts.`,
    );
  }
  if (stats.size > LARGEST) {
    throw failure(
      'DataTooLarge',
      `${file} has more than 1 GiB, which 'telar publish' does not upload. Copy it with 'aws s3 cp', and leave it out of \`data\`.`,
    );
  }
  return readFileSync(file);
}
