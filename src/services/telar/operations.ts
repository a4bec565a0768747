/** The exhaustive table of the telar service. */
import { arn as formatArn } from '../../base/arn.ts';
import { type Call, type Operation, reads, streams } from '../../protocol/service.ts';
import type { TelarInput, TelarOutputs, TelarSchemas } from './api.ts';
import { consoleOperations } from './console.ts';
import { firingOperations } from './firings.ts';
import { imageOperations } from './images.ts';
import { describeJobObjects, listObjectJobs } from './jobObjects.ts';
import { listJobUse } from './jobUse.ts';
import { outboxOperations } from './outbox.ts';
import type { TelarPorts } from './ports.ts';
import { previewOperations } from './preview/operation.ts';
import { stepOperations } from './steps.ts';

type Table = { [N in keyof TelarSchemas]: Operation<TelarInput<N>, TelarOutputs[N]> };

const onServer = (action: string) => (_input: unknown, call: Call) => [
  { action: `telar:${action}`, resource: formatArn('telar', call.region, call.account, 'server') },
];

export function operations(ports: TelarPorts): Table {
  return {
    ...imageOperations(ports),
    ...outboxOperations(ports),
    ...firingOperations(ports),
    ...consoleOperations(ports),
    ...previewOperations(ports),
    ...stepOperations(ports),
    ExplainAccess: reads(
      (input) => [{ action: 'telar:ExplainAccess', resource: input.PrincipalArn }],
      ports.explainAccess,
    ),
    ListJobUse: reads(
      (input, call) =>
        input.JobArn ? [{ action: 'telar:ListJobUse', resource: input.JobArn }] : onServer('ListJobUse')(input, call),
      (input) => listJobUse(ports, input),
    ),
    MeasureObjects: streams(
      (input) => [...ports.objects.accessToList(input)],
      async ({ Bucket, Prefix }) => {
        const { objects, bytes, whole } = await ports.objects.measure(Bucket, Prefix);
        return { Objects: objects, Bytes: bytes, Whole: whole };
      },
      { audit: 'data', readOnly: true },
    ),
    DescribeJobObjects: reads(
      ({ JobArn }) => [{ action: 'telar:DescribeJobObjects', resource: JobArn }],
      (input) => describeJobObjects(ports, input),
    ),
    ListObjectJobs: reads(
      ({ Bucket, Key }) => [{ action: 'telar:ListObjectJobs', resource: `arn:aws:s3:::${Bucket}/${Key}` }],
      (input) => listObjectJobs(ports, input),
    ),
    DescribeServer: reads(onServer('DescribeServer'), () => ({
      Version: ports.server.version,
      Account: ports.server.account,
      DataFolder: ports.server.dataFolder,
      StartedAt: new Date(ports.server.startedAt).toISOString(),
      LoopLagMilliseconds: ports.loopLag(),
      Storage: storageOf(ports),
    })),
    CollectGarbage: streams(
      onServer('CollectGarbage'),
      async ({ DryRun, KeepDays, From }, call) => {
        // What is freed is freed in transactions of its own; that it was asked for is on record before.
        if (!DryRun) await call.commit(() => {});
        const found = await ports.collectGarbage({ dryRun: DryRun, keepDays: KeepDays, after: From });
        return {
          DryRun,
          ...{ Versions: amount(found.versions), KeptForModels: amount(found.kept), Uploads: found.uploads },
          ...{ Files: amount(found.files), Next: found.next },
        };
      },
      { audit: 'management', readOnly: false },
    ),
    DescribeScheduleTimes: reads(
      ({ Arns }) => Arns.map((resource) => ({ action: 'telar:DescribeScheduleTimes', resource })),
      ({ Arns }) => ({
        Times: Arns.flatMap((Arn) => {
          const times = ports.scheduleTimes(Arn);
          return times ? [{ Arn, ...times }] : [];
        }),
      }),
    ),
    ListAuditEvents: reads(onServer('ListAuditEvents'), ({ MaxResults }) => ({
      Events: ports.auditEvents(MaxResults).map(({ seq, at, record }) => ({
        Sequence: seq,
        Time: new Date(at).toISOString(),
        Event: JSON.parse(record) as unknown,
      })),
    })),
  };
}

function storageOf({ storage }: Pick<TelarPorts, 'storage'>) {
  const found = storage();
  return found && { DatabaseBytes: found.database, FreeBytes: found.free, TotalBytes: found.total };
}

const amount = ({ count, bytes }: { count: number; bytes: number }) => ({ Count: count, Bytes: bytes });
