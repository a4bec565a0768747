/**
 * Asynchronous invocations: queued with what caused them, run until the function has answered, and told to whoever is to know.
 *
 * A1. An event that was accepted is durable before that is said, and is run at least once.
 * A2. What the function throws is tried again, after one minute and after two, as often as it is configured. A function that has no
 *     room waits, until the event is too old.
 * A3. What became of an event (success, retries used up, too old, switched off) is sent on in the transaction in which the event leaves.
 * A4. A function whose share of concurrency is nothing is switched off: its events are given up at once.
 */
import { parseArn } from '../../base/arn.ts';
import { untilAborted } from '../../base/untilAborted.ts';
import { createDeliveries, type Deliverer, type Deliveries, type Delivery } from '../../engine/deliveries.ts';
import { isAwsError } from '../../protocol/errors.ts';
import type { Target } from '../../protocol/targets.ts';
import { configurationOf } from './configuration.ts';
import type { Parts } from './context.ts';
import type { Invoke, Invoked } from './invoke.ts';
import { DEFAULTS } from './legal.ts';
import { functionArn, LATEST } from './names.ts';
import { resolveTarget } from './resolve.ts';
import type { EventConfigRow, FunctionRow, VersionRow } from './store.ts';

export type QueuedEvent = {
  functionId: number;
  /** As it was invoked. */
  qualifier: string | undefined;
  requestId: string;
  /** In base64. */
  payload: string;
  clientContext?: object | undefined;
};

/** After the first failure, and after the second; longer where what failed was not the function. In milliseconds. */
const AGAIN_AFTER = [60_000, 120_000];
const LONGEST_BACKOFF = 300_000;
/** Events that run at a time: of all functions, and of one. */
const AT_A_TIME = { most: 256, perLane: 64 };
const LONGEST_MESSAGE = 1024;
const SWITCHED_OFF = 'Function not invoked. Function is configured with zero reserved concurrent executions';

type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';
type Reached = { fn: FunctionRow; row: VersionRow; config: EventConfigRow | undefined; arn: string };
/** A function that has answered with an error. */
type Failure = Error & { invoked: Invoked };
const isSwitchedOff = ({ fn }: Pick<Reached, 'fn'>) => fn.reserved === 0;
const isFailure = (error: unknown): error is Failure => error instanceof Error && 'invoked' in error;

export function createAsync(parts: Parts & { invoke: Invoke }): Deliveries<QueuedEvent> {
  const { db, store, world, account, invoke } = parts;

  const ageOf = (config: EventConfigRow | undefined) => (config?.age ?? DEFAULTS.age) * 1000;

  function reach({ functionId, qualifier }: QueuedEvent): Reached | undefined {
    const fn = db.functionOfId({ id: functionId });
    const row = fn && resolveTarget(parts, fn, qualifier);
    if (!fn || !row) return undefined;
    const config = db.eventConfig({ function: fn.id, qualifier: qualifier ?? LATEST });
    return { fn, row, config, arn: functionArn({ account, region: fn.region }, fn.name, qualifier) };
  }

  async function run({ body, createdAt }: Delivery<QueuedEvent>, { fn, row, config, arn }: Reached): Promise<Invoked> {
    const left = createdAt + ageOf(config) - world.clock.now();
    const { requestId, clientContext } = body;
    const payload = Buffer.from(body.payload, 'base64');
    const patience = { milliseconds: Math.max(1, left), concurrency: true };
    const invoked = await invoke({ fn, row, requestId, functionArn: arn, payload, clientContext }, patience);
    if (invoked.functionError) throw Object.assign(new Error('The function answered with an error.'), { invoked });
    return invoked;
  }

  /** When to try again; undefined when it is over. */
  function again({ attempt, createdAt }: Delivery<QueuedEvent>, error: unknown, reached: Reached | undefined) {
    const now = world.clock.now();
    const config = reached?.config;
    if (reached && isSwitchedOff(reached)) return undefined;
    const retries = config?.retries ?? DEFAULTS.retries;
    if (isFailure(error)) {
      if (attempt > retries) return undefined;
      const due = now + AGAIN_AFTER[Math.min(attempt, AGAIN_AFTER.length) - 1]!;
      return due > createdAt + ageOf(config) ? undefined : due;
    }
    // Something of this server's, or of the machine's: until the event is too old.
    const due = now + Math.min(LONGEST_BACKOFF, 1000 * 2 ** Math.min(attempt, 10));
    return due > createdAt + ageOf(config) ? undefined : due;
  }

  function conditionOf(delivery: Delivery<QueuedEvent>, error: unknown, { fn, config }: Reached): Condition {
    const usedUp = isFailure(error) && delivery.attempt > (config?.retries ?? DEFAULTS.retries);
    if (!usedUp && isSwitchedOff({ fn })) return 'ZeroReservedConcurrency';
    return usedUp ? 'RetriesExhausted' : 'EventAgeExceeded';
  }

  /** Inside a transaction. A destination that cannot be reached loses what was meant for it, as on AWS. */
  function tell(reached: Reached, target: Target): void {
    const { fn, row } = reached;
    const call = parts.ports.callAs(configurationOf(row).role, fn.region, fn.name.slice(0, 64));
    try {
      parts.ports.sendTo(target, call);
    } catch (error) {
      if (!isAwsError(error)) throw error;
      const { code, message } = error;
      world.log('warn', 'functions.not-told', { function: reached.arn, to: target.arn, code, message });
    }
  }

  function conclude(
    delivery: Delivery<QueuedEvent>,
    reached: Reached,
    condition: Condition,
    invoked: Invoked | undefined,
  ) {
    const { config } = reached;
    const destination = condition === 'Success' ? config?.on_success : config?.on_failure;
    if (destination) tell(reached, toDestination(destination, envelope(delivery, reached, condition, invoked)));
    const { deadLetter } = configurationOf(reached.row);
    if (condition !== 'Success' && deadLetter) tell(reached, toDeadLetter(deadLetter, delivery, condition, invoked));
  }

  function envelope(
    { body, attempt }: Delivery<QueuedEvent>,
    { fn, row }: Reached,
    condition: Condition,
    invoked: Invoked | undefined,
  ) {
    const qualifier = body.qualifier ?? LATEST;
    return {
      version: '1.0',
      timestamp: new Date(world.clock.now()).toISOString(),
      requestContext: {
        requestId: body.requestId,
        functionArn: functionArn({ account, region: fn.region }, fn.name, qualifier),
        condition,
        // The attempt that found it switched off was none.
        approximateInvokeCount: condition === 'ZeroReservedConcurrency' ? attempt - 1 : attempt,
      },
      requestPayload: json(Buffer.from(body.payload, 'base64')),
      ...(invoked && {
        responseContext: {
          statusCode: 200,
          executedVersion: row.version === 0 ? LATEST : String(row.version),
          ...(invoked.functionError && { functionError: invoked.functionError }),
        },
        responsePayload: json(invoked.payload),
      }),
    };
  }

  /** The function has gone since it took the event, and what it had configured for such events with it. */
  function lost({ body: { requestId, qualifier = LATEST } }: Delivery<QueuedEvent>): undefined {
    world.log('warn', 'functions.event-lost', { requestId, qualifier, why: 'The function or its alias was deleted.' });
  }

  const deliverer: Deliverer<QueuedEvent> = {
    deliver(delivery) {
      const reached = reach(delivery.body);
      if (!reached) return lost(delivery);
      if (isSwitchedOff(reached)) throw new Error('The function has a reserved concurrency of 0.');
      if (reached.row.state === 'Failed')
        throw new Error(reached.row.state_reason ?? 'The function is in the state Failed.');
      if (reached.row.state !== 'Active') throw new Error('The function is not active yet.');
      return (stopped) => untilAborted(run(delivery, reached), stopped, 'The server stops.');
    },
    delivered(delivery, answer) {
      const reached = reach(delivery.body);
      if (reached && answer) conclude(delivery, reached, 'Success', answer as Invoked);
    },
    failed(delivery, error) {
      const reached = reach(delivery.body);
      const due = again(delivery, error, reached);
      if (due === undefined && reached) {
        const condition = conditionOf(delivery, error, reached);
        conclude(delivery, reached, condition, isFailure(error) ? error.invoked : undefined);
      }
      return due;
    },
  };
  return createDeliveries({ ...{ store, world, deliverer }, queue: 'functions', limits: AT_A_TIME });
}

function json(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return bytes.toString();
  }
}

function toDestination(arn: string, envelope: { requestContext: { functionArn: string; condition: string } }): Target {
  const payload = JSON.stringify(envelope);
  if (parseArn(arn)?.service !== 'events') return { arn, payload };
  const { functionArn: source, condition } = envelope.requestContext;
  const outcome = condition === 'Success' ? 'Success' : 'Failure';
  const detailType = `Lambda Function Invocation Result - ${outcome}`;
  return { arn, payload, event: { source: 'lambda', detailType, resources: [arn, source] } };
}

function toDeadLetter(
  arn: string,
  { body }: Delivery<QueuedEvent>,
  condition: Condition,
  invoked: Invoked | undefined,
): Target {
  const payload = Buffer.from(body.payload, 'base64').toString();
  const said = invoked ? json(invoked.payload) : undefined;
  const off = condition === 'ZeroReservedConcurrency';
  const otherwise = off ? SWITCHED_OFF : 'The event was too old.';
  const message = (said as { errorMessage?: string } | undefined)?.errorMessage ?? otherwise;
  return {
    ...{ arn, payload },
    attributes: {
      RequestID: { DataType: 'String', StringValue: body.requestId },
      ...(!off && { ErrorCode: { DataType: 'Number', StringValue: '200' } }),
      ErrorMessage: { DataType: 'String', StringValue: message.slice(0, LONGEST_MESSAGE) || ' ' },
    },
  };
}
