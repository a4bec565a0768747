/** What a rule's target would be sent of an event: by what the server itself sends by. */
import { parametersOf, payloadOf } from '../../../../src/definition/targets/input.ts';
import { targetOf } from '../../data/targets.ts';
import type { Output } from '../../data/types.ts';

export type Target = NonNullable<Output<'events', 'ListTargetsByRule'>['Targets']>[number];
type Rule = Pick<Output<'events', 'DescribeRule'>, 'Arn' | 'Name'>;

export type Sent = {
  /** A JSON object of its parameters, where the target is a pipeline. */
  payload: string;
  /** Of what goes on to another bus. */
  event?: { source: string; detailType: string };
};

/** A target that is sent the same whatever happens. */
export const isFixed = (target: Target): target is Target & { Input: string } => target.Input !== undefined;

/**
 * @param text the event
 * @returns undefined where the text is no event, and the target is sent something of it
 */
export function sentOf(target: Target, text: string, { Arn: arn = '', Name: name = '' }: Rule): Sent | undefined {
  if (isFixed(target)) return { payload: target.Input };
  const event = eventIn(text);
  if (!event) return undefined;
  const { kind } = targetOf(target.Arn ?? '');
  if (kind === 'Pipeline') {
    const parameters = parametersOf(target.SageMakerPipelineParameters ?? {}, event);
    return { payload: JSON.stringify(Object.fromEntries(parameters.map(({ Name, Value }) => [Name, Value]))) };
  }
  if (kind === 'Event bus') return forwarded(event);
  return { payload: payloadOf(target, event, { arn, name }, Date.now()) };
}

type Event = Readonly<Record<string, unknown>>;

/** A bus gets the event as it is. Nobody but a service may tell of one from aws.*: such a one is said to come from here. */
function forwarded(event: Event): Sent {
  const source = String(event['source'] ?? '');
  return {
    payload: JSON.stringify(event['detail'] ?? {}),
    event: { source: /^(aws\.|$)/.test(source) ? 'by.hand' : source, detailType: String(event['detail-type'] ?? '') },
  };
}

function eventIn(text: string): Event | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Event) : undefined;
  } catch {
    return undefined;
  }
}
