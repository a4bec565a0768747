/**
 * `telar export`: writes the project's documents for AWS, as a Terraform module with definitions and zips beside it, and what
 * `telar publish` uploads where it is asked for. Needs no server and no account.
 */
import { join, relative, resolve } from 'node:path';
import type { Documents } from '../../deploy/documents.ts';
import { findPlaces, type Places } from '../../deploy/places.ts';
import { type Module, terraformModule } from '../../deploy/terraform.ts';
import type { Project } from '../../sdk/index.ts';
import type { Context } from '../context.ts';
import { type ExitStatus, failure, misuse } from '../errors.ts';
import { exportedCode } from '../export/code.ts';
import { compareFolder, type Entry, type Files, type State, writeFolder } from '../export/folder.ts';
import { objectFiles } from '../export/objects.ts';
import type { Output } from '../output.ts';
import { documentsOf, loadProject } from '../project/load.ts';

export type ExportOptions = { out?: string; region?: string; bucket?: string; objects?: string; check?: boolean };

/** Not taken from the environment: the same project gives the same files wherever it is exported. */
const DEFAULT_REGION = 'us-east-1';
/** Where ARNs do not begin with arn:aws. */
const OTHER_PARTITION = /^(cn|us-gov|us-iso[a-z]*|eu-isoe|eusc)-/;

export async function exportVerb(context: Context, options: ExportOptions): Promise<ExitStatus> {
  const { out, project: folder } = context;
  const documents = resolve(options.out ?? join(folder, 'terraform'));
  mustBeAskedRightly(options, documents);
  const project = await loadProject(folder);
  const region = regionOf(project, options.region);
  // A project that cannot be written at all says so in its own words. The account does not matter to code.
  const ofProject = documentsOf(project, '000000000000', region);
  const { zips, place } = await exportedCode(folder, ofProject);
  const { places, module } = written((account) => place(documentsOf(project, account, region)), options.bucket);
  const texts = [...module.files].map(([path, text]): [string, Uint8Array] => [path, Buffer.from(text)]);
  const files: Files = new Map([...texts, ...zips]);
  for (const remark of module.remarks) out.note(remark);
  const bucket = options.bucket ?? project.bucket;
  const about = { project: project.name, region, bucket, folder: documents, remarks: module.remarks };
  if (options.check) return check(out, about, compareFolder(documents, files), options);

  const entries = writeFolder(documents, files);
  out.line(out.style.bold(`Exported ${project.name} for ${region} to ${shown(documents)}`));
  tell(out, entries);
  let objects: { folder: string; files: readonly Entry[] } | null = null;
  if (options.objects !== undefined) {
    const objectsFolder = resolve(options.objects);
    // Nor to what is uploaded, and how a run is started.
    const made = await objectFiles(folder, ofProject, places, bucket);
    objects = { folder: objectsFolder, files: writeFolder(objectsFolder, made) };
    out.line(out.style.bold(`Objects and start parameters in ${shown(objectsFolder)}`));
    tell(out, objects.files);
  }
  out.line(`  terraform -chdir=${shown(documents)} init`);
  out.line(`  terraform -chdir=${shown(documents)} plan`);
  out.result({ ...about, files: entries, objects });
  return 0;
}

function mustBeAskedRightly({ bucket, objects, check: checking }: ExportOptions, documents: string): void {
  if (checking && objects !== undefined) {
    throw misuse('--check compares the documents; objects change with every commit. Leave out --objects.');
  }
  if (bucket !== undefined && !/^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw misuse(`'${bucket}' is no bucket name: use 3 to 63 lower-case letters, digits, dots and hyphens.`);
  }
  if (objects !== undefined && resolve(objects) === documents) {
    throw misuse(`The documents and --objects would be written to the same folder, ${documents}: give each its own.`);
  }
}

function regionOf(project: Project, given: string | undefined): string {
  if (given !== undefined && project.region !== undefined && given !== project.region) {
    throw misuse(`The project's region is ${project.region}, not ${given}. Change it in telar.config.ts.`);
  }
  const region = given ?? project.region ?? DEFAULT_REGION;
  if (OTHER_PARTITION.test(region)) {
    throw misuse(
      `${region} lies in another partition than 'aws', for which Telar writes no ARNs. Choose another region.`,
    );
  }
  return region;
}

function written(
  write: (account: string) => Documents,
  bucket: string | undefined,
): { places: Places; module: Module } {
  try {
    const places = findPlaces(write);
    return { places, module: terraformModule(places, bucket === undefined ? {} : { bucket }) };
  } catch (error) {
    throw failure('CannotExport', error instanceof Error ? error.message : String(error));
  }
}

type About = { readonly folder: string } & Readonly<Record<string, unknown>>;

function check(out: Output, about: About, entries: readonly Entry[], options: ExportOptions): ExitStatus {
  const same = entries.every(({ state }) => state === 'same');
  if (same) out.line(`${shown(about.folder)} is what the project says.`);
  else {
    out.line(`${shown(about.folder)} is not what the project says:`);
    tell(out, entries);
    out.line(`Write it with '${out.command(['export', ...again(options)].join(' '))}'.`);
  }
  out.result({ ...about, same, files: entries });
  return same ? 0 : 1;
}

/** The options with which the same is written. */
function again({ out, region, bucket }: ExportOptions): string[] {
  return Object.entries({ out, region, bucket }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${value}`],
  );
}

const WORDS: Readonly<Record<State, string>> = {
  new: '',
  changed: 'changed',
  same: '',
  gone: 'no longer in the project',
  edited: 'edited by hand',
  foreign: "not written by 'telar export'",
};

function tell(out: Output, entries: readonly Entry[]): void {
  const { accent, dim, symbols } = out.style;
  const same = entries.filter(({ state }) => state === 'same').length;
  for (const { path, state } of entries) {
    if (state === 'same') continue;
    const mark = state === 'new' ? symbols.add : state === 'gone' ? symbols.remove : symbols.change;
    out.line(`  ${accent(mark)} ${path}${WORDS[state] === '' ? '' : dim(`  ${WORDS[state]}`)}`);
  }
  if (same > 0) out.line(dim(`  ${symbols.same} ${same} ${same === 1 ? 'file' : 'files'} unchanged`));
}

function shown(folder: string): string {
  const from = relative(process.cwd(), folder);
  return from === '' ? '.' : from.startsWith('..') ? folder : from;
}
