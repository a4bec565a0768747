/**
 * Names and ARNs of state machines, their versions and aliases, and activities.
 *
 * N1. Whatever the request says of a machine, policies are asked about the machine's own ARN; which version or alias is meant is
 *     the condition key `states:StateMachineQualifier`, as on AWS.
 */
import { arn, parseArn } from '../../base/arn.ts';
import type { Access, Call, ConditionKeys } from '../../protocol/service.ts';
import { machineErrors } from './errors.ts';

/** Where a request acts. */
export type Place = Pick<Call, 'account' | 'region'>;

/** What the reference page of CreateStateMachine lists; lone surrogates are caught by the flag `u`. */
const ILLEGAL = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\ufffe\uffff\u{10ffff}\p{Cc}\p{Cs}]/u;

/** AWS is on record to take braces in the name of an execution, whatever its reference says. */
export const requireExecutionName = (name: string): void => {
  if (ILLEGAL.test(name.replace(/[{}]/g, ''))) throw machineErrors.name(name);
};

/** @throws InvalidName */
export function requireName(name: string): void {
  if (ILLEGAL.test(name)) throw machineErrors.name(name);
}

export const machineArn = ({ account, region }: Place, name: string): string =>
  arn('states', region, account, `stateMachine:${name}`);

/** @param qualifier a version's number, or an alias's name */
export const qualifiedArn = (place: Place, name: string, qualifier: string | number): string =>
  `${machineArn(place, name)}:${qualifier}`;

export const activityArn = ({ account, region }: Place, name: string): string =>
  arn('states', region, account, `activity:${name}`);

/** What an ARN of Step Functions names. A label is that of a distributed Map within the machine. */
export type StatesName = { account: string; region: string } & (
  | { kind: 'machine'; name: string }
  | { kind: 'activity'; name: string }
  | { kind: 'version'; name: string; version: number }
  | { kind: 'alias'; name: string; alias: string }
  | { kind: 'label'; name: string; label: string }
);

/** Undefined when it is the ARN of something else. @example statesName('arn:aws:states:…:stateMachine:titanic:PROD') */
export function statesName(text: string): StatesName | undefined {
  const parsed = parseArn(text);
  // Of another partition it is another resource, also to policies: no way around a statement that denies this one.
  if (parsed?.service !== 'states' || parsed.partition !== 'aws') return undefined;
  const { account, region, resource } = parsed;
  const [, kind, name = '', separator, rest = ''] =
    /^(stateMachine|activity):([^:/]+)(?:([:/])([^:/]+))?$/.exec(resource) ?? [];
  if (kind === 'activity') return separator === undefined ? { account, region, kind, name } : undefined;
  if (kind === undefined) return undefined;
  if (separator === undefined) return { account, region, kind: 'machine', name };
  if (separator === '/') return { account, region, kind: 'label', name, label: rest };
  if (/^[1-9]\d{0,14}$/.test(rest)) return { account, region, kind: 'version', name, version: Number(rest) };
  return { account, region, kind: 'alias', name, alias: rest };
}

/**
 * What a request's ARN names, if it is of a kind that the operation takes.
 *
 * @throws InvalidArn in AWS's words; ValidationException when only the qualifier is of the wrong kind
 */
export function requireNamed<K extends StatesName['kind']>(
  text: string,
  ...kinds: readonly K[]
): Extract<StatesName, { kind: K }> {
  const named = statesName(text);
  if (named && isOneOf(named, kinds)) return named;
  const wanted: readonly string[] = kinds;
  if (named && named.kind !== 'activity' && !wanted.includes('activity'))
    throw machineErrors.kindOfArn(text, named.kind, kinds);
  const parsed = parseArn(text);
  const ours = parsed?.service === 'states' && parsed.partition === 'aws';
  throw ours ? machineErrors.resourceType(parsed.resource) : machineErrors.arnPrefix(text);
}

function isOneOf<K extends StatesName['kind']>(
  named: StatesName,
  kinds: readonly K[],
): named is Extract<StatesName, { kind: K }> {
  return (kinds as readonly string[]).includes(named.kind);
}

/** Whether it lies where the request acts: nobody shares machines with another account, and a region knows only its own. */
export const isHere = ({ account, region }: Place, named: StatesName): boolean =>
  named.account === account && named.region === region;

/** An action on a machine that an ARN names, qualified or not (N1). */
export function onMachine(action: string, text: string | undefined, keys: ConditionKeys = {}): Access {
  const named = statesName(text ?? '');
  if (named?.kind !== 'version' && named?.kind !== 'alias')
    return { action: `states:${action}`, resource: text ?? '*', keys: () => keys };
  return {
    action: `states:${action}`,
    resource: machineArn(named, named.name),
    keys: () => ({ ...keys, 'states:StateMachineQualifier': text?.split(':').at(-1) }),
  };
}
