/**
 * How a target is invoked: as the schedule's role, again when it may help, and into the dead-letter queue when it does not.
 *
 * D1. What AWS would refuse again is not tried again: a missing permission, or a target that is not there.
 * D2. A schedule that ends with its last occurrence goes once that has been invoked or given up, if it is to.
 */
import { hash } from 'node:crypto';
import { randomString } from '../../base/random.ts';
import type { Deliverer, Delivery } from '../../engine/deliveries.ts';
import { awsError, isAwsError } from '../../protocol/errors.ts';
import type { Invocation, Parts } from './context.ts';
import { errors } from './errors.ts';
import { RETRY_POLICY } from './legal.ts';
import { payloadOf, receiverOf, scheduledTime } from './payload.ts';
import { removeSchedule } from './removal.ts';
import { universalTarget } from './target.ts';

/** The second attempt comes after the first wait, and each wait is twice as long as the one before, in milliseconds. */
const WAIT = { first: 1_000, longest: 600_000 };

export function createDeliverer(parts: () => Parts): Deliverer<Invocation> {
  return {
    deliver(delivery) {
      const outside = invoke(parts(), delivery);
      if (!outside) completed(parts(), delivery.body);
      return outside;
    },
    delivered: ({ body }) => completed(parts(), body),
    failed: (delivery, error) => failed(parts(), delivery, error),
  };
}

function invoke(
  { ports, world }: Parts,
  { body, attempt }: Delivery<Invocation>,
): (() => Promise<unknown>) | undefined {
  const { arn, at, target, region, name } = body;
  const roleArn = target.RoleArn!;
  if (!ports.roleTrusts(roleArn, arn)) throw errors.roleRefuses(roleArn);
  const call = ports.callAs(roleArn, region, name);
  const payload = payloadOf(body, { attempt, executionId: randomString(world.random, 16, '0123456789abcdef') });
  const universal = universalTarget(target.Arn!);
  if (universal)
    return ports.invoke(universal, jsonOf(target.Input === undefined ? '{}' : payload), { scheduleArn: arn, at }, call);
  ports.send(receiverOf(body, payload), call);
  return undefined;
}

/** Well-formed when it was given; what was put into it may have changed that. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw awsError('ValidationException', `The Input is not well-formed JSON: ${(error as Error).message}`);
  }
}

function completed(parts: Parts, { schedule: id, last }: Invocation): void {
  if (!last || parts.occurrences.nextOf(String(id)) !== undefined) return;
  const row = parts.db.scheduleOfId({ id });
  if (row?.after_completion === 'DELETE' && row.state === 'ENABLED') removeSchedule(parts, row);
}

type Condition = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';

function failed(parts: Parts, delivery: Delivery<Invocation>, error: unknown): number | undefined {
  const { body, attempt } = delivery;
  const { MaximumEventAgeInSeconds: age, MaximumRetryAttempts: most } = { ...RETRY_POLICY, ...body.target.RetryPolicy };
  const now = parts.world.clock.now();
  const again = now + waitBefore(parts, attempt);
  let exhausted: Condition | undefined;
  if (mayHelp(error)) {
    if (attempt > most!) exhausted = 'MaximumRetryAttempts';
    else if (again > body.due + age! * 1000) exhausted = 'MaximumEventAgeInSeconds';
    else return again;
  }
  giveUp(parts, delivery, error, exhausted);
  completed(parts, body);
  return undefined;
}

/** What Telar itself cannot do now, or does too much of; not what the request gets wrong. */
const mayHelp = (error: unknown): boolean =>
  !isAwsError(error) ||
  error.status >= 500 ||
  error.status === 429 ||
  /Throttl|TooManyRequests|LimitExceeded/.test(error.code);

/** With a part drawn at random, so that many that failed together do not come together again. */
function waitBefore({ world }: Parts, attempt: number): number {
  const longest = Math.min(WAIT.longest, WAIT.first * 2 ** (attempt - 1));
  const byte = new Uint8Array(1);
  world.random.fill(byte);
  return Math.round(longest * (0.5 + byte[0]! / 512));
}

function giveUp(
  { ports, world }: Parts,
  { body, attempt, id }: Delivery<Invocation>,
  error: unknown,
  exhausted: Condition | undefined,
): void {
  const { code, message } = isAwsError(error) ? error : awsError('InternalServerError', (error as Error).message, 500);
  const queue = body.target.DeadLetterConfig?.Arn;
  world.log('warn', 'scheduler.given-up', {
    ...{ schedule: body.arn, target: body.target.Arn, scheduled: scheduledTime(body.at) },
    ...{ attempts: attempt, code, message, deadLetterQueue: queue ?? null },
  });
  if (queue === undefined) return;
  const executionId = hash('sha256', `${body.arn} ${body.at} ${id}`, 'hex').slice(0, 16);
  const said: Readonly<Record<string, string>> = {
    ERROR_CODE: code,
    ERROR_MESSAGE: message || code,
    EXECUTION_ID: executionId,
    ...(exhausted ? { EXHAUSTED_RETRY_CONDITION: exhausted } : {}),
    IS_PAYLOAD_TRUNCATED: 'false',
    RETRY_ATTEMPTS: String(attempt - 1),
    SCHEDULED_TIME: scheduledTime(body.at),
    SCHEDULE_ARN: body.arn,
    TARGET_ARN: body.target.Arn!,
  };
  const attributes = Object.fromEntries(
    Object.entries(said).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );
  const payload = payloadOf(body, { attempt, executionId });
  try {
    ports.send({ arn: queue, payload, attributes }, ports.callAs(body.target.RoleArn!, body.region, body.name));
  } catch (refused) {
    const { message: reason } = refused as Error;
    world.log('error', 'scheduler.dead-letter-lost', { schedule: body.arn, deadLetterQueue: queue, message: reason });
  }
}
