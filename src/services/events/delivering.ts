/**
 * Sends events to the targets of rules: tried again as a target's RetryPolicy says, then given to its dead-letter queue.
 *
 * D1. A target gets an event as its role, if it has one, else as EventBridge itself, which only the target's own policy can allow.
 * D2. What another attempt cannot mend (a missing permission, a target that is gone, an input that it refuses) is not tried again, as on AWS.
 * D3. An event that has come over another bus goes to no third one: buses that send to each other do not do so for ever.
 */
import { parametersOf, payloadOf, type RuleFacts } from '../../definition/targets/input.ts';
import type { Deliverer, Delivery } from '../../engine/deliveries.ts';
import { awsError, isAwsError } from '../../protocol/errors.ts';
import type { Call } from '../../protocol/service.ts';
import type { Parts, Target } from './context.ts';
import { sessionOf } from './firings.ts';
import { BACKOFF, DEFAULT_BUS, RETRY } from './legal.ts';
import { nameIn, ruleArn } from './names.ts';
import type { Router, Sending } from './router.ts';
import type { RuleRow } from './store.ts';

type Addressed = { rule: RuleRow; target: Target; facts: RuleFacts };

export function createDeliverer(parts: Parts, router: Router): Deliverer<Sending> {
  const { db, ports, world, account } = parts;

  /** Undefined when the target is gone meanwhile. */
  function addressed({ rule: id, target: targetId }: Sending): Addressed | undefined {
    const rule = db.ruleOfId({ id });
    const row = rule && db.target({ rule: id, id: targetId });
    if (!rule || !row) return undefined;
    const place = { account, region: rule.region };
    const facts = { arn: ruleArn(place, rule.bus, rule.name), name: rule.name };
    return { rule, target: JSON.parse(row.target) as Target, facts };
  }

  function callFor({ rule, target, facts }: Addressed): Call {
    const role = target.RoleArn ?? rule.role_arn ?? undefined;
    if (role === undefined) return ports.callAsService(rule.region, facts.arn);
    if (!ports.roleTrusts(role, facts.arn)) throw notTrusted(role);
    return ports.callAs(role, rule.region, sessionOf(rule));
  }

  function send(to: Addressed, { body, createdAt }: Delivery<Sending>): void {
    const { rule, target, facts } = to;
    const { event } = body;
    const call = callFor(to);
    const bus = nameIn({ account, region: rule.region }, target.Arn!, 'event-bus');
    if (bus !== undefined) return forward(bus, target.Arn!, body, call);
    const payload = payloadOf(target, event, facts, createdAt);
    ports.send(
      {
        arn: target.Arn!,
        payload: /^arn:aws:logs:/.test(target.Arn!) ? logMessage(payload) : payload,
        messageGroupId: target.SqsParameters?.MessageGroupId,
        parameters: target.SageMakerPipelineParameters && parametersOf(target.SageMakerPipelineParameters, event),
      },
      call,
    );
  }

  function forward(bus: string, busArn: string, { event, forwarded }: Sending, call: Call): void {
    if (forwarded)
      throw awsError(
        'THIRD_ACCOUNT_HOP_DETECTED',
        'An event that has come over another bus goes to no third one.',
        400,
      );
    const { source, 'detail-type': detailType } = event;
    const entry = { EventBusName: busArn, Source: source, DetailType: detailType, Detail: '{}' };
    if (bus !== DEFAULT_BUS && !db.bus({ region: event.region, name: bus })) {
      throw awsError('ResourceNotFoundException', `Event bus ${bus} does not exist.`, 400);
    }
    ports.putEvents({ Entries: [entry] }, call, () => router.publish(bus, event, { forwarded: true }));
  }

  return {
    deliver(delivery) {
      const to = addressed(delivery.body);
      if (to) send(to, delivery);
      return undefined;
    },
    failed(delivery, error) {
      const to = addressed(delivery.body);
      if (!to) return undefined;
      const exhausted = isPassing(error) ? exhaustedBy(delivery, to.target, world.clock.now()) : 'at once';
      if (exhausted === undefined) return world.clock.now() + backoff(delivery.attempt, chance(parts));
      giveUp(parts, to, delivery, error as Error, exhausted);
      return undefined;
    },
  };
}

/** A log group's message is the member of that name, where a template makes it so. */
function logMessage(payload: string): string {
  const made = JSON.parse(payload) as { message?: unknown } | null;
  return typeof made?.message === 'string' ? made.message : payload;
}

const notTrusted = (role: string) =>
  awsError(
    'FAILED_TO_ASSUME_ROLE',
    `events.amazonaws.com may not assume ${role}: no such role, or its trust policy does not allow it.`,
    403,
  );

/** Whether another attempt may go better. */
function isPassing(error: unknown): boolean {
  return !isAwsError(error) || error.status >= 500 || /Throttl|TooManyRequests|LimitExceeded/.test(error.code);
}

type Exhausted = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' | 'at once';

/** What the RetryPolicy has run out of; undefined while it has not. */
function exhaustedBy(
  { attempt, createdAt }: Delivery<Sending>,
  { RetryPolicy }: Target,
  now: number,
): Exhausted | undefined {
  if (attempt > (RetryPolicy?.MaximumRetryAttempts ?? RETRY.attempts)) return 'MaximumRetryAttempts';
  const seconds = RetryPolicy?.MaximumEventAgeInSeconds ?? RETRY.seconds;
  return now - createdAt >= seconds * 1000 ? 'MaximumEventAgeInSeconds' : undefined;
}

/** Twice as long each time, somewhere in the upper half. @param chance from 0 to 1 */
const backoff = (attempt: number, chance: number): number =>
  Math.round(Math.min(BACKOFF.longest, BACKOFF.first * 2 ** Math.min(attempt - 1, 30)) * (0.5 + chance / 2));

function chance({ world }: Pick<Parts, 'world'>): number {
  const bytes = new Uint8Array(4);
  world.random.fill(bytes);
  return new DataView(bytes.buffer).getUint32(0) / 2 ** 32;
}

/** Inside a transaction: to the dead-letter queue, if there is one, with what AWS says of it; and into the log. */
function giveUp(parts: Parts, to: Addressed, delivery: Delivery<Sending>, error: Error, exhausted: Exhausted): void {
  const { rule, target, facts } = to;
  const { event } = delivery.body;
  const code = errorCode(error);
  const lost = { rule: facts.arn, target: target.Arn, eventId: event.id, code, message: error.message };
  const queue = target.DeadLetterConfig?.Arn;
  if (queue === undefined) return parts.world.log('warn', 'events.not-delivered', { ...lost, deadLetterQueue: 'none' });
  const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
  try {
    parts.ports.send(
      {
        arn: queue,
        payload: JSON.stringify(event),
        attributes: {
          RULE_ARN: attribute(facts.arn),
          TARGET_ARN: attribute(target.Arn!),
          ERROR_CODE: attribute(code),
          ERROR_MESSAGE: attribute(error.message),
          ...(exhausted === 'at once' ? {} : { EXHAUSTED_RETRY_CONDITION: attribute(exhausted) }),
          RETRY_ATTEMPTS: { DataType: 'Number', StringValue: String(delivery.attempt - 1) },
        },
      },
      parts.ports.callAsService(rule.region, facts.arn),
    );
  } catch (refused) {
    // A queue that is gone, or whose policy does not let EventBridge send, loses the event on AWS, too.
    if (!isAwsError(refused)) throw refused;
    parts.world.log('warn', 'events.not-delivered', { ...lost, deadLetterQueue: `${queue}: ${refused.message}` });
  }
}

/** AWS's names for what went wrong. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
function errorCode(error: Error): string {
  if (!isAwsError(error)) return 'INTERNAL_ERROR';
  if (/^[A-Z_]+$/.test(error.code)) return error.code;
  if (error.status === 403) return 'NO_PERMISSIONS';
  if (/Throttl|TooManyRequests/.test(error.code)) return 'THROTTLING';
  if (/LimitExceeded/.test(error.code)) return 'RESOURCE_LIMIT_EXCEEDED';
  if (error.status === 404 || /DoesNotExist|NotFound|NonExistent|NoSuch/.test(error.code)) return 'NO_RESOURCE';
  if (/AlreadyExists|InUse/.test(error.code)) return 'RESOURCE_ALREADY_EXISTS';
  return error.status >= 500 ? 'ERROR_FROM_TARGET' : 'INVALID_PARAMETER';
}
