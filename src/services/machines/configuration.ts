/** How a machine logs, traces and encrypts: what AWS accepts of it. https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
import { parseArn } from '../../base/arn.ts';
import type { CreateMachineInput, Parts } from './context.ts';
import { machineErrors } from './errors.ts';
import type { Place } from './names.ts';

type Given<K extends keyof CreateMachineInput> = NonNullable<CreateMachineInput[K]>;
export type Logging = Given<'loggingConfiguration'>;

/** What was left out says so: nothing is logged. @throws InvalidLoggingConfiguration */
export function checkedLogging({ ports }: Pick<Parts, 'ports'>, given: Logging | undefined, place: Place): Logging {
  const { level = 'OFF', includeExecutionData = false, destinations } = given ?? {};
  const count = destinations?.length ?? 0;
  if (count > 1 || (count === 0 && level !== 'OFF')) throw machineErrors.logDestinations();
  for (const destination of destinations ?? []) {
    const arn = destination.cloudWatchLogsLogGroup?.logGroupArn;
    if (arn === undefined) throw machineErrors.noLogDestination();
    if (!ports.logGroupExists(place.region, logGroupName(arn, place))) throw machineErrors.noLogDestination();
  }
  return { level, includeExecutionData, ...(destinations ? { destinations } : {}) };
}

/** The name in the ARN of a log group, `arn:aws:logs:…:log-group:NAME:*`; undefined when it is none. */
export const loggedGroup = (arn: string): string | undefined =>
  /^log-group:([^:]+):\*$/.exec(parseArn(arn)?.resource ?? '')?.[1];

/** The name of the log group that a destination's ARN means. @throws InvalidLoggingConfiguration */
function logGroupName(text: string, { account, region }: Place): string {
  const parsed = parseArn(text);
  const name = loggedGroup(text);
  if (parsed?.service !== 'logs' || parsed.account !== account || parsed.region !== region || name === undefined)
    throw machineErrors.logDestinationArn(text);
  return name;
}

/** Telar keeps everything in its own folder. @throws InvalidEncryptionConfiguration */
export function checkEncryption(given: CreateMachineInput['encryptionConfiguration']): void {
  if (given === undefined) return;
  if (given.type !== 'AWS_OWNED_KEY') throw machineErrors.encryption(String(given.type));
  if (given.kmsKeyId !== undefined || given.kmsDataKeyReusePeriodSeconds !== undefined)
    throw machineErrors.encryptionKey();
}
