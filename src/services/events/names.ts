/**
 * Names and ARNs of event buses, rules, archives and replays. A rule of the default bus does not name its bus.
 *
 * N1. ARNs of another account, region or partition name nothing here.
 */
import { arn, parseArn } from '../../base/arn.ts';
import type { Call } from '../../protocol/service.ts';
import { DEFAULT_BUS } from './legal.ts';

/** Where a request acts. */
export type Place = Pick<Call, 'account' | 'region'>;

const named = ({ account, region }: Place, resource: string): string => arn('events', region, account, resource);

export const busArn = (place: Place, name: string): string => named(place, `event-bus/${name}`);
export const ruleArn = (place: Place, bus: string, name: string): string =>
  named(place, bus === DEFAULT_BUS ? `rule/${name}` : `rule/${bus}/${name}`);
export const archiveArn = (place: Place, name: string): string => named(place, `archive/${name}`);
export const replayArn = (place: Place, name: string): string => named(place, `replay/${name}`);

/** What follows the kind in an ARN of this place: `event-bus/orders` → `orders`. */
export function nameIn(place: Place, text: string, kind: 'event-bus' | 'rule' | 'archive'): string | undefined {
  const parsed = parseArn(text);
  if (parsed?.service !== 'events' || parsed.partition !== 'aws') return undefined;
  if (parsed.account !== place.account || parsed.region !== place.region) return undefined;
  return parsed.resource.startsWith(`${kind}/`) ? parsed.resource.slice(kind.length + 1) : undefined;
}

/** The name of the bus that a request names or means; undefined for an ARN of elsewhere. */
export function busName(place: Place, nameOrArn: string | undefined): string | undefined {
  if (nameOrArn === undefined) return DEFAULT_BUS;
  return nameOrArn.startsWith('arn:') ? nameIn(place, nameOrArn, 'event-bus') : nameOrArn;
}

/** What policies are asked about: an ARN of elsewhere is that one. */
export const busArnOf = (place: Place, nameOrArn: string | undefined): string =>
  nameOrArn?.startsWith('arn:') ? nameOrArn : busArn(place, nameOrArn ?? DEFAULT_BUS);

export const ruleArnOf = (place: Place, bus: string | undefined, name: string): string =>
  ruleArn(place, busName(place, bus) ?? bus ?? DEFAULT_BUS, name);

/** The bus and the name in a rule's ARN. */
export function ruleIn(place: Place, text: string): { bus: string; name: string } | undefined {
  const found = nameIn(place, text, 'rule');
  if (found === undefined) return undefined;
  const slash = found.lastIndexOf('/');
  return slash < 0 ? { bus: DEFAULT_BUS, name: found } : { bus: found.slice(0, slash), name: found.slice(slash + 1) };
}
