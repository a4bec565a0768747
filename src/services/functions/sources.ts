/** Event source mappings, as they are made, changed and told: from a queue to a function. What they do is polling.ts. */
import { parseArn } from '../../base/arn.ts';
import { uuid } from '../../base/random.ts';
import { isAwsError } from '../../protocol/errors.ts';
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import { configurationOf } from './configuration.ts';
import type { Parts, Sdk } from './context.ts';
import { functionErrors } from './errors.ts';
import { invalidMarker, requireFunction, requireVersion } from './functions.ts';
import { functionArn, functionName, type Place } from './names.ts';
import type { FunctionRow, SourceRow } from './store.ts';

type CreateInput = InputOf<Sdk, 'CreateEventSourceMapping'>;
type UpdateInput = InputOf<Sdk, 'UpdateEventSourceMapping'>;
type Mapping = OutputOf<Sdk, 'GetEventSourceMapping'>;

export type SourceConfiguration = {
  batchSize: number;
  /** In seconds. */
  window: number;
  /** Failed messages are named, and the others are done with. */
  reportsFailures: boolean;
  /** Invocations at a time; undefined: as many as the pool lets. */
  concurrency: number | undefined;
};

export const sourceConfiguration = ({ configuration }: SourceRow): SourceConfiguration =>
  JSON.parse(configuration) as SourceConfiguration;

const LARGEST = { batch: 10_000, fifo: 10 };
const DEFAULT_BATCH = 10;

function refuseUnsupported(input: Partial<CreateInput>): void {
  const refuse = (member: string) => {
    throw functionErrors.unsupported(`${member} of event source mappings`, 'Leave it out.');
  };
  if (input.FilterCriteria?.Filters?.length) refuse('FilterCriteria');
  if (input.KMSKeyArn) refuse('KMSKeyArn');
  if (input.ProvisionedPollerConfig) refuse('ProvisionedPollerConfig');
  if (input.MetricsConfig?.Metrics?.length) refuse('MetricsConfig');
  if (input.DestinationConfig?.OnFailure?.Destination)
    throw functionErrors.invalid('A queue has its own dead-letter queue: DestinationConfig is for streams.');
  const streams = [
    'StartingPosition',
    'ParallelizationFactor',
    'BisectBatchOnFunctionError',
    'TumblingWindowInSeconds',
  ];
  const stream = streams.find((name) => (input as Record<string, unknown>)[name] !== undefined);
  if (stream) throw functionErrors.invalid(`${stream} is not supported for SQS event sources.`);
}

/** @throws InvalidParameterValueException */
function configured(given: UpdateInput, source: string, before?: SourceConfiguration): SourceConfiguration {
  refuseUnsupported(given as Partial<CreateInput>);
  const batchSize = given.BatchSize ?? before?.batchSize ?? DEFAULT_BATCH;
  const window = given.MaximumBatchingWindowInSeconds ?? before?.window ?? 0;
  const fifo = source.endsWith('.fifo');
  const most = fifo ? LARGEST.fifo : LARGEST.batch;
  if (batchSize < 1 || batchSize > most) throw functionErrors.invalid(`Batch size must be between 1 and ${most}.`);
  if (fifo && window > 0) throw functionErrors.invalid('Batching window is not supported for FIFO queues');
  if (batchSize > 10 && window < 1)
    throw functionErrors.invalid(
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    );
  return {
    ...{ batchSize, window },
    reportsFailures: given.FunctionResponseTypes
      ? given.FunctionResponseTypes.includes('ReportBatchItemFailures')
      : (before?.reportsFailures ?? false),
    concurrency: given.ScalingConfig ? given.ScalingConfig.MaximumConcurrency : before?.concurrency,
  };
}

export function describeSource({ account, db }: Pick<Parts, 'account' | 'db'>, row: SourceRow): Mapping {
  const { batchSize, window, reportsFailures, concurrency } = sourceConfiguration(row);
  const place: Place = { account, region: row.region };
  const { name } = db.functionOfId({ id: row.function })!;
  return {
    UUID: row.uuid,
    EventSourceMappingArn: `arn:aws:lambda:${row.region}:${account}:event-source-mapping:${row.uuid}`,
    BatchSize: batchSize,
    MaximumBatchingWindowInSeconds: window,
    EventSourceArn: row.source,
    FunctionArn: functionArn(place, name, row.qualifier === '' ? undefined : row.qualifier),
    LastModified: new Date(row.modified_at),
    LastProcessingResult: row.last_result,
    State: row.enabled ? 'Enabled' : 'Disabled',
    StateTransitionReason: 'USER_INITIATED',
    FunctionResponseTypes: reportsFailures ? ['ReportBatchItemFailures'] : [],
    ...(concurrency !== undefined && { ScalingConfig: { MaximumConcurrency: concurrency } }),
  };
}

function target(parts: Parts, given: string, call: Call) {
  const named = functionName(call, given);
  const fn =
    named.qualifier === undefined ? requireFunction(parts, call, named) : requireVersion(parts, call, named).fn;
  return { fn, qualifier: named.qualifier ?? '' };
}

/** Inside a transaction. */
export function createSource(parts: Parts, input: CreateInput, call: Call): SourceRow {
  const source = input.EventSourceArn ?? '';
  if (parseArn(source)?.service !== 'sqs')
    throw functionErrors.unsupported(
      `event sources other than SQS (${source || 'none is named'})`,
      "Name a queue's ARN.",
    );
  const { fn, qualifier } = target(parts, input.FunctionName!, call);
  const there = parts.db.sourceBetween({ function: fn.id, qualifier, source });
  if (there) throw functionErrors.sourceExists(there.uuid, source, fn.name);
  requireReceiver(parts, source, fn, qualifier, call);
  const row: SourceRow = {
    uuid: uuid(parts.world.random),
    ...{ region: call.region, function: fn.id, qualifier, source },
    configuration: JSON.stringify(configured(input as UpdateInput, source)),
    enabled: Number(input.Enabled ?? true),
    ...{ modified_at: call.now, last_result: 'No records processed' },
  };
  parts.db.insertSource(row);
  return row;
}

/** A function polls as its role, and has to be done with messages before others see them. @throws InvalidParameterValueException */
function requireReceiver(parts: Parts, source: string, fn: FunctionRow, qualifier: string, call: Call): void {
  const { row } = requireVersion(parts, call, { name: fn.name, qualifier: qualifier || undefined });
  const as = parts.ports.callAs(configurationOf(row).role, call.region, fn.name.slice(0, 64));
  for (const action of ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes']) {
    if (parts.ports.refusal(as, { action: `sqs:${action}`, resource: source }))
      throw functionErrors.invalid(`The provided execution role does not have permissions to call ${action} on SQS`);
  }
  const { timeout } = configurationOf(row);
  const visibility = visibilityTimeout(parts, source, as);
  if (visibility < timeout) throw functionErrors.shortVisibility(visibility, timeout);
}

/** @throws InvalidParameterValueException: there is no such queue */
function visibilityTimeout({ ports }: Parts, source: string, as: Call): number {
  try {
    return ports.queues.visibilityTimeout(source, as);
  } catch (error) {
    throw isAwsError(error) ? functionErrors.sourceRefused(error) : error;
  }
}

/** @throws ResourceNotFoundException */
export function requireSource({ db }: Pick<Parts, 'db'>, uuid: string, call: Call): SourceRow {
  const row = db.source({ region: call.region, uuid });
  if (!row) throw functionErrors.noSource();
  return row;
}

/** Inside a transaction. */
export function updateSource(parts: Parts, input: UpdateInput, call: Call): SourceRow {
  const row = requireSource(parts, input.UUID!, call);
  const to = input.FunctionName === undefined ? undefined : target(parts, input.FunctionName, call);
  const next: SourceRow = {
    ...row,
    ...(to && { function: to.fn.id, qualifier: to.qualifier }),
    configuration: JSON.stringify(configured(input, row.source, sourceConfiguration(row))),
    enabled: input.Enabled === undefined ? row.enabled : Number(input.Enabled),
    modified_at: call.now,
  };
  if (to) requireReceiver(parts, row.source, to.fn, to.qualifier, call);
  parts.db.saveSource(next);
  return next;
}

const PAGE = 100;

export function listSources(
  parts: Parts,
  input: InputOf<Sdk, 'ListEventSourceMappings'>,
  call: Call,
): OutputOf<Sdk, 'ListEventSourceMappings'> {
  const fn = input.FunctionName === undefined ? undefined : target(parts, input.FunctionName, call).fn;
  const which = { region: call.region, function: fn?.id ?? 0, source: input.EventSourceArn ?? '' };
  const { items, next } = pageOf<SourceRow>(
    {
      query: { operation: 'ListEventSourceMappings', ...which },
      ...{ token: input.Marker || undefined, limit: Math.min(input.MaxItems ?? PAGE, PAGE) },
    },
    (after, limit) => parts.db.sources({ ...which, after: String(after?.[0] ?? ''), limit }),
    ({ uuid: id }) => [id],
    invalidMarker,
  );
  return {
    EventSourceMappings: items.map((row) => describeSource(parts, row)),
    ...(next !== undefined && { NextMarker: next }),
  };
}
