/**
 * Whether a function may tell those whom it is to tell: dead-letter queues and destinations.
 *
 * T1. What its role may not send to is refused where it is set, as on AWS: a failure would be lost without a word.
 */
import { parseArn } from '../../base/arn.ts';
import type { Call } from '../../protocol/service.ts';
import type { Parts } from './context.ts';
import { functionErrors } from './errors.ts';

/** What each service is asked for. */
const ACTIONS: Readonly<Record<string, string>> = {
  ...{ sqs: 'SendMessage', sns: 'Publish', lambda: 'InvokeFunction', events: 'PutEvents' },
};
const NAMES: Readonly<Record<string, string>> = { sqs: 'SQS', sns: 'SNS' };

/** The action that the role may not. */
function denied({ ports }: Parts, role: string, resource: string, { region }: Call): string | undefined {
  const service = parseArn(resource)?.service ?? '';
  const action = ACTIONS[service];
  if (action === undefined) return undefined;
  const as = ports.callAs(role, region, 'lambda');
  return ports.refusal(as, { action: `${service}:${action}`, resource }) && action;
}

/** @throws InvalidParameterValueException */
export function requireDeadLetterSender(parts: Parts, role: string, target: string | undefined, call: Call): void {
  const action = target && denied(parts, role, target, call);
  if (action)
    throw functionErrors.invalid(
      `The provided execution role does not have permissions to call ${action} on ${NAMES[parseArn(target)!.service]}`,
    );
}

/** @throws InvalidParameterValueException */
export function requireDestinationSender(parts: Parts, role: string, destination: string, call: Call): void {
  const action = denied(parts, role, destination, call);
  if (action)
    throw functionErrors.invalid(
      `The function's execution role does not have permissions to call ${action} on ${destination}`,
    );
}
