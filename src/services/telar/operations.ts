/** The exhaustive table of the telar service. */
import { arn as formatArn } from '../../base/arn.ts';
import { type Call, type Operation, reads, streams } from '../../protocol/service.ts';
import type { TelarInput, TelarOutputs, TelarSchemas } from './api.ts';
import { consoleOperations } from './console.ts';
import { errors } from './errors.ts';
import { imageOperations } from './images.ts';
import { listJobUse } from './jobUse.ts';
import { outboxOperations } from './outbox.ts';
import type { TelarPorts } from './ports.ts';

type Table = { [N in keyof TelarSchemas]: Operation<TelarInput<N>, TelarOutputs[N]> };

const onServer = (action: string) => (_input: unknown, call: Call) => [
  { action: `telar:${action}`, resource: formatArn('telar', call.region, call.account, 'server') },
];

export function operations(ports: TelarPorts): Table {
  return {
    ...imageOperations(ports),
    ...outboxOperations(ports),
    ...consoleOperations(ports),
    ExplainStep: reads(
      (input) => [{ action: 'telar:ExplainStep', resource: input.PipelineExecutionArn }],
      (input) => explainStep(ports, input),
    ),
    ExplainAccess: reads(
      (input) => [{ action: 'telar:ExplainAccess', resource: input.PrincipalArn }],
      ports.explainAccess,
    ),
    ListJobUse: reads(
      (input, call) =>
        input.JobArn ? [{ action: 'telar:ListJobUse', resource: input.JobArn }] : onServer('ListJobUse')(input, call),
      (input) => listJobUse(ports, input),
    ),
    DescribeServer: reads(onServer('DescribeServer'), () => ({
      Version: ports.server.version,
      Account: ports.server.account,
      DataFolder: ports.server.dataFolder,
      StartedAt: new Date(ports.server.startedAt).toISOString(),
      LoopLagMilliseconds: ports.loopLag(),
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

const amount = ({ count, bytes }: { count: number; bytes: number }) => ({ Count: count, Bytes: bytes });

function explainStep(ports: TelarPorts, { PipelineExecutionArn, StepName }: TelarInput<'ExplainStep'>) {
  const state = ports.executionState(PipelineExecutionArn);
  if (!state) throw errors.noExecution(PipelineExecutionArn);
  const index = state.plan.byName.get(StepName);
  if (index === undefined) throw errors.noStep(StepName, [...state.plan.byName.keys()]);
  const step = state.steps[index]!;
  return {
    StepName,
    StepStatus: step.status,
    Cache: step.cache ?? {
      verdict: 'none' as const,
      reason: withoutVerdict(step.status),
    },
    SourcePipelineExecutionArn: step.cacheHit?.sourceExecutionArn,
  };
}

function withoutVerdict(status: string): string {
  switch (status) {
    case 'Waiting':
      return 'The step has not begun: what it waits for has not ended, or its execution has.';
    case 'Skipped':
      return 'The step was skipped: it stands in a branch that was not taken, or after such a step.';
    default:
      return 'Steps of this type are not cached.';
  }
}
