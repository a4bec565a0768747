/** The documents of dead-letter queues, pure: where messages go that are received too often, and from where they may come. */
import { queueErrors } from './errors.ts';

export type Redrive = { deadLetterTargetArn: string; maxReceiveCount: number };

const MOST_RECEIVES = 1000;
const MOST_SOURCES = 10;
const PERMISSIONS = ['allowAll', 'denyAll', 'byQueue'];

/** @throws InvalidParameterValue */
export function checkRedrivePolicy(text: string): Redrive {
  const { deadLetterTargetArn: arn, maxReceiveCount: count, ...others } = objectOf('RedrivePolicy', text);
  const refuse = (reason: string) => queueErrors.deadLetters(text, reason);
  if (Object.keys(others).length > 0)
    throw refuse('Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].');
  if (typeof arn !== 'string' || count === undefined)
    throw refuse('Redrive policy does not contain mandatory attribute: deadLetterTargetArn or maxReceiveCount.');
  const number = Number(count);
  if (!Number.isInteger(number) || number < 1 || number > MOST_RECEIVES)
    throw refuse(
      `Invalid value for maxReceiveCount: ${String(count).slice(0, 20)}, valid values are from 1 to ${MOST_RECEIVES} both inclusive.`,
    );
  return { deadLetterTargetArn: arn, maxReceiveCount: number };
}

type Allowing = { redrivePermission: string; sourceQueueArns?: readonly string[] };

/** @throws InvalidParameterValue */
export function checkRedriveAllowPolicy(text: string): Allowing {
  const { redrivePermission: permission, sourceQueueArns: arns } = objectOf('RedriveAllowPolicy', text);
  const refuse = (reason: string) => queueErrors.value(text, 'RedriveAllowPolicy', reason);
  if (typeof permission !== 'string' || !PERMISSIONS.includes(permission))
    throw refuse(`redrivePermission must be one of ${PERMISSIONS.join(', ')}.`);
  if (permission !== 'byQueue') {
    if (arns !== undefined) throw refuse('sourceQueueArns can only be given with the permission byQueue.');
    return { redrivePermission: permission };
  }
  if (
    !Array.isArray(arns) ||
    arns.length === 0 ||
    arns.length > MOST_SOURCES ||
    !arns.every((one) => typeof one === 'string')
  ) {
    throw refuse(`byQueue needs sourceQueueArns: 1 to ${MOST_SOURCES} ARNs of queues.`);
  }
  return { redrivePermission: permission, sourceQueueArns: arns };
}

/** Whether a queue's RedriveAllowPolicy lets another one use it. Without one, it does. */
export function allowsSource(policy: string | undefined, source: string): boolean {
  if (policy === undefined) return true;
  const { redrivePermission, sourceQueueArns = [] } = checkRedriveAllowPolicy(policy);
  return redrivePermission === 'allowAll' || sourceQueueArns.includes(source);
}

function objectOf(name: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Refused below.
  }
  throw queueErrors.value(text, name, `${name} is not a valid JSON map.`);
}
