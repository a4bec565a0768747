/**
 * `telar predict FILE.csv`: scores a file with the newest approved version of a model package group, by a batch transform, and
 * writes the predictions beside it.
 *
 * J1. The result appears whole under its name, or not at all.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Project } from '../../sdk/index.ts';
import { createCsvParser } from '../../services/machines/items/csv.ts';
import type { Clients } from '../aws.ts';
import type { Context } from '../context.ts';
import { type ExitStatus, failure, misuse } from '../errors.ts';
import { onInterrupt } from '../execution/watching.ts';
import { type Approved, modelOf, newestApproved } from '../predict/model.ts';
import { answersOf, joined, partsOf, predictionColumns, type Rows, rowsOf } from '../predict/parts.ts';
import { download, finish, inputUri, outputUri, type Place, startJob, upload } from '../predict/transform.ts';
import { loadProject } from '../project/load.ts';
import { projectDocumentsFor } from '../publish/publish.ts';
import { harmless, table } from '../render/text.ts';
import { clients } from './shared.ts';

export type PredictOptions = {
  group?: string;
  /** Where the predictions are written. */
  output?: string;
  /** `--no-header` makes it false. */
  header?: boolean;
};

const LARGEST = 1024 * 1024 * 1024;
/** Of a part: below the 6 MB that AWS takes in a request when nothing is said. */
const PART_BYTES = 5_000_000;
const SHOWN_ROWS = 5;
const SHOWN_COLUMNS = 5;
const DEFAULT_PREFIX = 'predictions/files';

export async function predict(context: Context, file: string, options: PredictOptions): Promise<ExitStatus> {
  const { out } = context;
  const source = rowsOf(read(file), options.header !== false, file);
  const output = resolve(options.output ?? file.replace(/(\.csv)?$/i, '.predictions.csv'));
  if (!statSync(dirname(output), { throwIfNoEntry: false })?.isDirectory()) {
    throw misuse(`There is no folder ${dirname(output)} for the predictions. Make it, or give another --output.`);
  }
  const project = await loadProject(context.project);
  const on = clients(context, project.region);
  const { group, bucket, prefix, roleArn } = await settings(on, project, options.group);
  const sagemaker = await on.sagemaker();
  const model = await newestApproved(sagemaker, group, out.command);
  const modelName = await modelOf(sagemaker, model, roleArn);

  const job = `predict-${timestamp()}-${randomBytes(3).toString('hex')}`;
  const place = { bucket, prefix: `${prefix}/${job}` };
  const parts = partsOf(source.rows, model.takesHeader ? source.header : undefined, PART_BYTES);
  await upload(on, place, parts);
  // From here on an interruption has a job to stop.
  const interrupt = onInterrupt();
  const jobArn = await startJob(sagemaker, job, modelName, place, model).finally(interrupt.release);
  out.line(`Scoring ${source.rows.length} rows with ${out.style.bold(`${model.group}/${model.version}`)}`);
  out.event({ event: 'started', transformJobArn: jobArn, modelPackageArn: model.arn, rows: source.rows.length });
  await finish(on, out, job, jobArn, interrupt.happened);

  const answers = answersOf(await download(on, place, parts.length));
  writeWhole(output, joined(source, answers, file));
  report(context, source, answers, { output, model, modelName, jobArn, place });
  return 0;
}

function read(file: string): Buffer {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats?.isFile()) throw misuse(`There is no file ${file}. Give a CSV file.`);
  if (stats.size <= LARGEST) return readFileSync(file);
  throw failure(
    'DataTooLarge',
    `${file} has more than 1 GiB. Upload it with 'aws s3 cp' and score it with a transform job of your own.`,
  );
}

/** What telar.config.ts says of predictions. */
async function settings(on: Clients, project: Project, given: string | undefined) {
  const { predict: wanted, bucket, modelPackageGroups } = project;
  if (!wanted) {
    throw misuse(
      `Project '${project.name}' does not say how files are scored. Give defineProject \`predict: { group, role }\` in telar.config.ts: the model package group, and the role that its model acts as.`,
    );
  }
  if (given !== undefined && !modelPackageGroups.some(({ name }) => name === given)) {
    const names = modelPackageGroups.map(({ name }) => name).join(', ');
    throw misuse(`The project has no model package group '${given}': it has ${names}.`);
  }
  const { roles } = await projectDocumentsFor(on, project);
  const roleArn = roles.find(({ name }) => name === wanted.role.name)!.arn;
  return { group: given ?? wanted.group.name, bucket, prefix: wanted.prefix ?? DEFAULT_PREFIX, roleArn };
}

/** @example '20261127-144501' */
function timestamp(): string {
  return new Date().toISOString().replace(/\..*$/, '').replaceAll(/[-:]/g, '').replace('T', '-');
}

function writeWhole(path: string, content: Buffer): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

type Scored = { output: string; model: Approved; modelName: string; jobArn: string; place: Place };

function report({ out }: Context, source: Rows, answers: readonly string[], scored: Scored): void {
  const { output, model, modelName, jobArn, place } = scored;
  const { bold, dim, accent } = out.style;
  out.line();
  out.lines(table(firstRows(source, answers, bold)).map((line) => `  ${line}`));
  if (answers.length > SHOWN_ROWS) out.line(dim(`  and ${answers.length - SHOWN_ROWS} more`));
  out.line();
  const facts = [
    ['Predictions', accent(output)],
    ['In the store', outputUri(place)],
    ['Model package', model.arn],
    ['Version', `${model.group}/${model.version}`],
  ];
  out.lines(table(facts).map((line) => `  ${line}`));
  out.result({
    ...{ output, rows: answers.length, predictions: answers.slice(0, SHOWN_ROWS) },
    ...{ inputUri: inputUri(place), outputUri: outputUri(place), transformJobArn: jobArn, modelName },
    ...{ modelPackageArn: model.arn, group: model.group, version: model.version },
  });
}

/** Of a row, what is looked at for its first columns. */
const SHOWN_BYTES = 2000;

/** The first columns of the first rows, and what the model said. */
function firstRows({ header, rows }: Rows, answers: readonly string[], bold: (text: string) => string): string[][] {
  const cells = (row: Buffer) =>
    fieldsOf(row.toString('utf8', 0, SHOWN_BYTES))
      .slice(0, SHOWN_COLUMNS)
      .map(harmless);
  const first = rows.slice(0, SHOWN_ROWS).map((row, index) => [...cells(row), ...answers[index]!.split(',')]);
  const head = header && [...cells(header), ...predictionColumns(answers[0]!)].map(bold);
  return head ? [head, ...first] : first;
}

function fieldsOf(line: string): string[] {
  const parser = createCsvParser(',');
  return [...parser.push(`${line}\n`), ...parser.end()][0] ?? [];
}
