/** ARNs of executions and map runs. */
import { arn, parseArn } from '../../../base/arn.ts';
import { machineErrors } from '../errors.ts';
import type { Place } from '../names.ts';

export const executionArn = ({ account, region }: Place, machine: string, name: string): string =>
  arn('states', region, account, `execution:${machine}:${name}`);

/** Of an Express machine: names may be used again, so that each execution has an id besides. */
export const expressArn = ({ account, region }: Place, machine: string, name: string, id: string): string =>
  arn('states', region, account, `express:${machine}:${name}:${id}`);

/** @throws InvalidArn when it is none of a Standard execution */
export function requireExecutionArn(text: string): string {
  const parsed = parseArn(text);
  if (parsed?.service !== 'states') throw machineErrors.arnPrefix(text);
  if (!/^execution:[^:]+:[^:]+$/.test(parsed.resource)) throw machineErrors.resourceType(parsed.resource);
  return text;
}

/** @throws InvalidArn when it is none of a map run */
export function requireMapRunArn(text: string): string {
  const parsed = parseArn(text);
  if (parsed?.service !== 'states') throw machineErrors.arnPrefix(text);
  if (!/^mapRun:[^:]+:[^:]+$/.test(parsed.resource)) throw machineErrors.resourceType(parsed.resource);
  return text;
}
