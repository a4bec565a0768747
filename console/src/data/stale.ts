/** Which kept answers an event makes stale: those of its API, and of these the lists, and what is about what it happened to. */
import type { SeenEvent } from '../../../src/services/telar/api.ts';

/** The API whose answers an event changes, by its source. */
const APIS: Readonly<Record<string, string>> = {
  'aws.sagemaker': 'sagemaker',
  'aws.states': 'states',
  'aws.s3': 's3',
  'aws.glue': 'glue',
  'aws.lambda': 'lambda',
  'aws.scheduler': 'scheduler',
  'aws.events': 'events',
};

/** Some events of an API change what Telar's own operations answer, too. */
function apiOf({ Source, Detail }: Pick<SeenEvent, 'Source' | 'Detail'>): string | undefined {
  return Source === 'telar.audit' ? String(Detail?.['eventSource']) : APIS[Source];
}

const ARN = /arn:aws[a-z-]*:[^"\\]+/g;

/** @param key region, API, operation, input */
export function isStale(key: readonly unknown[], event: SeenEvent): boolean {
  const [region, api, , input] = key;
  if (region !== event.Region) return false;
  if (api !== apiOf(event) && api !== 'telar') return false;
  const named = arnsIn(input);
  if (!named) return true;
  const told = event.Resources.flatMap((one) => [one, ...machineOf(one)]);
  return named.some((arn) => told.some((one) => one.startsWith(arn)));
}

/** What happens to an execution changes what its machine's list of them answers. */
function machineOf(arn: string): string[] {
  const [, before, name] = /^(arn:[^:]+:states:[^:]*:\d*):execution:([^:/]+)[:/]/.exec(arn) ?? [];
  return name === undefined ? [] : [`${before}:stateMachine:${name}`];
}

/** By input: each event asks for those of every kept answer, some of which are about a hundred things. */
const known = new WeakMap<object, readonly string[] | null>();

function arnsIn(input: unknown): readonly string[] | null {
  if (typeof input !== 'object' || input === null) return null;
  const found = known.get(input);
  if (found !== undefined) return found;
  const arns = JSON.stringify(input).match(ARN);
  known.set(input, arns);
  return arns;
}
