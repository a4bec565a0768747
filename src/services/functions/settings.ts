/** What is set beside a function: its share of concurrency, and what becomes of its asynchronous invocations. */
import { parseArn } from '../../base/arn.ts';
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import { configurationOf } from './configuration.ts';
import type { Parts, Sdk } from './context.ts';
import { functionErrors } from './errors.ts';
import { invalidMarker, requireFunction, requireVersion } from './functions.ts';
import { LIMITS } from './legal.ts';
import { functionArn, functionName, LATEST, type Place, unqualifiedName } from './names.ts';
import { requireDestinationSender } from './senders.ts';
import type { EventConfigRow, FunctionRow } from './store.ts';

type PutInput = InputOf<Sdk, 'PutFunctionEventInvokeConfig'>;
type EventConfig = OutputOf<Sdk, 'GetFunctionEventInvokeConfig'>;

/** Inside a transaction. */
export function putConcurrency(
  parts: Parts,
  input: InputOf<Sdk, 'PutFunctionConcurrency'>,
  call: Call,
): OutputOf<Sdk, 'PutFunctionConcurrency'> {
  const fn = requireFunction(parts, call, unqualifiedName(call, input.FunctionName!));
  const reserved = input.ReservedConcurrentExecutions!;
  const { sum } = parts.db.reservedInAll({ region: call.region, except: fn.id })!;
  if (sum + reserved > LIMITS.concurrency - LIMITS.unreserved)
    throw functionErrors.invalid(
      `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${LIMITS.unreserved}].`,
    );
  parts.db.setReserved({ id: fn.id, reserved });
  parts.changed(fn.id);
  return { ReservedConcurrentExecutions: reserved };
}

export function getConcurrency(
  parts: Parts,
  input: InputOf<Sdk, 'GetFunctionConcurrency'>,
  call: Call,
): OutputOf<Sdk, 'GetFunctionConcurrency'> {
  const { reserved } = requireFunction(parts, call, unqualifiedName(call, input.FunctionName!));
  return reserved === null ? {} : { ReservedConcurrentExecutions: reserved };
}

/** Inside a transaction. */
export function deleteConcurrency(parts: Parts, input: InputOf<Sdk, 'DeleteFunctionConcurrency'>, call: Call): void {
  const { id } = requireFunction(parts, call, unqualifiedName(call, input.FunctionName!));
  parts.db.setReserved({ id, reserved: null });
  parts.changed(id);
}

export function accountSettings({ db }: Parts, call: Call): OutputOf<Sdk, 'GetAccountSettings'> {
  const { functions, bytes } = db.usage({ region: call.region })!;
  const { sum } = db.reservedInAll({ region: call.region, except: 0 })!;
  return {
    AccountLimit: {
      TotalCodeSize: 75 * 1024 ** 3,
      CodeSizeUnzipped: LIMITS.unzipped,
      CodeSizeZipped: LIMITS.zip.inline,
      ConcurrentExecutions: LIMITS.concurrency,
      UnreservedConcurrentExecutions: LIMITS.concurrency - sum,
    },
    AccountUsage: { TotalCodeSize: bytes, FunctionCount: functions },
  };
}

type Configured = { fn: FunctionRow; qualifier: string };

function configured(parts: Parts, call: Call, given: string, qualifier: string | undefined): Configured {
  const named = functionName(call, given, qualifier);
  if (named.qualifier === undefined) return { fn: requireFunction(parts, call, named), qualifier: LATEST };
  return { fn: requireVersion(parts, call, named).fn, qualifier: named.qualifier };
}

type Sender = { fn: FunctionRow; role: string };

const DESTINATIONS = new Set(['sqs', 'sns', 'lambda', 'events']);

/** @throws InvalidParameterValueException: what is no place to send to */
function destination(parts: Parts, arn: string | undefined, { fn, role }: Sender, call: Call): string | null {
  if (!arn) return null;
  // It would be sent its own answers for ever.
  if (`${arn}:`.startsWith(`${functionArn(call, fn.name)}:`)) throw functionErrors.ownDestination();
  const service = parseArn(arn)?.service ?? '';
  if (service === 's3')
    throw functionErrors.unsupported(
      'S3 buckets as destinations',
      'Name a queue, a topic, a function or an event bus.',
    );
  if (!DESTINATIONS.has(service))
    throw functionErrors.invalid(`The provided destination config DestinationConfig is invalid: ${arn}`);
  if (!parts.ports.canBeSentTo(arn))
    throw functionErrors.unsupported(`destinations of ${service}`, 'It does not serve that API.');
  requireDestinationSender(parts, role, arn, call);
  return arn;
}

const described = (place: Place, { name }: FunctionRow, row: EventConfigRow): EventConfig => ({
  LastModified: new Date(row.modified_at),
  FunctionArn: functionArn(place, name, row.qualifier),
  ...(row.retries !== null && { MaximumRetryAttempts: row.retries }),
  ...(row.age !== null && { MaximumEventAgeInSeconds: row.age }),
  DestinationConfig: {
    OnSuccess: row.on_success === null ? {} : { Destination: row.on_success },
    OnFailure: row.on_failure === null ? {} : { Destination: row.on_failure },
  },
});

/** Inside a transaction. @param keeps what is not given stays as it is */
export function putEventConfig(parts: Parts, input: PutInput, keeps: boolean, call: Call): EventConfig {
  const { fn, qualifier } = configured(parts, call, input.FunctionName!, input.Qualifier);
  const before = keeps ? parts.db.eventConfig({ function: fn.id, qualifier }) : undefined;
  if (keeps && !before) throw functionErrors.noEventConfig(functionArn(call, fn.name, qualifier));
  const { OnSuccess, OnFailure } = input.DestinationConfig ?? {};
  const sender = { fn, role: configurationOf(requireVersion(parts, call, { name: fn.name, qualifier }).row).role };
  const row: EventConfigRow = {
    ...{ function: fn.id, qualifier },
    retries: input.MaximumRetryAttempts ?? before?.retries ?? null,
    age: input.MaximumEventAgeInSeconds ?? before?.age ?? null,
    on_success: OnSuccess ? destination(parts, OnSuccess.Destination, sender, call) : (before?.on_success ?? null),
    on_failure: OnFailure ? destination(parts, OnFailure.Destination, sender, call) : (before?.on_failure ?? null),
    modified_at: call.now,
  };
  parts.db.putEventConfig(row);
  return described(call, fn, row);
}

export function getEventConfig(
  parts: Parts,
  input: InputOf<Sdk, 'GetFunctionEventInvokeConfig'>,
  call: Call,
): EventConfig {
  const { fn, qualifier } = configured(parts, call, input.FunctionName!, input.Qualifier);
  const row = parts.db.eventConfig({ function: fn.id, qualifier });
  if (!row) throw functionErrors.noEventConfig(functionArn(call, fn.name, qualifier));
  return described(call, fn, row);
}

/** Inside a transaction. */
export function deleteEventConfig(
  parts: Parts,
  input: InputOf<Sdk, 'DeleteFunctionEventInvokeConfig'>,
  call: Call,
): void {
  const { fn, qualifier } = configured(parts, call, input.FunctionName!, input.Qualifier);
  if (parts.db.removeEventConfig({ function: fn.id, qualifier }) === 0)
    throw functionErrors.noEventConfig(functionArn(call, fn.name, qualifier));
}

export function listEventConfigs(
  parts: Parts,
  input: InputOf<Sdk, 'ListFunctionEventInvokeConfigs'>,
  call: Call,
): OutputOf<Sdk, 'ListFunctionEventInvokeConfigs'> {
  const fn = requireFunction(parts, call, functionName(call, input.FunctionName!));
  const { items, next } = pageOf<EventConfigRow>(
    {
      query: { operation: 'ListFunctionEventInvokeConfigs', function: fn.id },
      ...{ token: input.Marker || undefined, limit: input.MaxItems ?? 50 },
    },
    (after, limit) => parts.db.eventConfigs({ function: fn.id, after: String(after?.[0] ?? ''), limit }),
    ({ qualifier }) => [qualifier],
    invalidMarker,
  );
  return {
    FunctionEventInvokeConfigs: items.map((row) => described(call, fn, row)),
    ...(next !== undefined && { NextMarker: next }),
  };
}
