/**
 * Data folders that earlier releases wrote, kept for good: whatever comes later must open them. `node tests/upgrade/folder.ts
 * VERSION` records one of this release; a recorded one is never edited.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync, gzipSync } from 'node:zlib';
import { publishSmallPipeline } from '../support/nodeSteps.ts';
import { startTestServer } from '../support/server.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

export const NAME = 'upgrade';

/** What clients are told of a folder: the same before and after an upgrade. */
export async function told({ sagemaker, s3, bucket }: Workbench): Promise<unknown> {
  const { PipelineExecutionSummaries = [] } = await sagemaker.listPipelineExecutions({ PipelineName: NAME });
  const executions = PipelineExecutionSummaries.map(async ({ PipelineExecutionArn }) => {
    const { $metadata: _, ...execution } = await sagemaker.describePipelineExecution({ PipelineExecutionArn });
    const { PipelineExecutionSteps } = await sagemaker.listPipelineExecutionSteps({ PipelineExecutionArn });
    return { execution, steps: PipelineExecutionSteps };
  });
  const { ModelPackageSummaryList } = await sagemaker.listModelPackages({ ModelPackageGroupName: NAME });
  const { Contents = [] } = await s3.listObjectsV2({ Bucket: bucket });
  const objects = Contents.map(({ Key, ETag, Size }) => ({ Key, ETag, Size }));
  return JSON.parse(JSON.stringify({ executions: await Promise.all(executions), ModelPackageSummaryList, objects }));
}

/** A recorded folder, unpacked into a temporary one that the caller removes. */
export function unpack(version: string): { folder: string; expected: unknown } {
  const recorded = join(import.meta.dirname, version);
  const folder = mkdtempSync(join(tmpdir(), 'telar-upgrade-'));
  writeFileSync(join(folder, 'state.db'), gunzipSync(readFileSync(join(recorded, 'state.db.gz'))));
  const expected = JSON.parse(readFileSync(join(recorded, 'told.json'), 'utf8'));
  return { folder, expected };
}

async function record(version: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'telar-upgrade-'));
  const server = await startTestServer({ folder });
  const bench = await openWorkbench(server, NAME);
  await publishSmallPipeline(bench, NAME);
  for (const threshold of ['0.5', '0.99']) await bench.ended(await bench.start(NAME, { Threshold: threshold }));
  const answers = await told(bench);
  await server.close();
  const database = new DatabaseSync(join(folder, 'state.db'));
  database.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode=DELETE; VACUUM;');
  database.close();
  const target = join(import.meta.dirname, version);
  mkdirSync(target);
  writeFileSync(join(target, 'state.db.gz'), gzipSync(readFileSync(join(folder, 'state.db')), { level: 9 }));
  writeFileSync(join(target, 'told.json'), `${JSON.stringify(answers, null, 1)}\n`);
  rmSync(folder, { recursive: true, force: true });
}

if (import.meta.main) await record(process.argv[2] ?? '0.0.0');
