/**
 * Event buses. Every region has a default one.
 *
 * B1. A bus goes once it has no rules; its archives keep what they have.
 */
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import { findBus, requireBus, unset } from './bus.ts';
import type { Parts, Sdk } from './context.ts';
import { eventErrors } from './errors.ts';
import { DEFAULT_BUS, DEFAULT_PAGE, MOST_BUSES } from './legal.ts';
import { busArn, type Place } from './names.ts';
import type { BusRow } from './store.ts';
import { addTags } from './tags.ts';

type Description = OutputOf<Sdk, 'DescribeEventBus'>;

type Settings = Pick<InputOf<Sdk, 'CreateEventBus'>, 'KmsKeyIdentifier' | 'LogConfig'>;

function refuseUnserved({ KmsKeyIdentifier, LogConfig }: Settings): void {
  if (KmsKeyIdentifier) throw eventErrors.encryption();
  if (LogConfig && LogConfig.Level !== 'OFF') throw eventErrors.busLogs();
}

export function createBus(
  parts: Parts,
  input: InputOf<Sdk, 'CreateEventBus'>,
  call: Call,
): OutputOf<Sdk, 'CreateEventBus'> {
  const name = input.Name!;
  if (name.includes('/') || input.EventSourceName !== undefined) throw eventErrors.busName(name);
  refuseUnserved(input);
  if (findBus(parts, call, name)) throw eventErrors.busExists(name);
  if (parts.db.busCount({ region: call.region })!.count >= MOST_BUSES) throw eventErrors.tooManyBuses(MOST_BUSES);
  const row: BusRow = {
    ...{ region: call.region, name, description: input.Description ?? null, policy: null },
    ...{ dead_letter: input.DeadLetterConfig?.Arn ?? null, created_at: call.now, modified_at: call.now },
  };
  parts.db.putBus(row);
  const arn = busArn(call, name);
  addTags(parts, arn, input.Tags ?? []);
  return { EventBusArn: arn, ...described(row) };
}

export function updateBus(
  parts: Parts,
  input: InputOf<Sdk, 'UpdateEventBus'>,
  call: Call,
): OutputOf<Sdk, 'UpdateEventBus'> {
  const bus = requireBus(parts, call, input.Name);
  refuseUnserved(input);
  const row: BusRow = {
    ...bus,
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.DeadLetterConfig && { dead_letter: input.DeadLetterConfig.Arn ?? null }),
    modified_at: call.now,
  };
  parts.db.putBus(row);
  return { Arn: busArn(call, bus.name), Name: bus.name, ...described(row) };
}

const described = ({ description, dead_letter }: BusRow) => ({
  ...(description !== null && { Description: description }),
  ...(dead_letter !== null && { DeadLetterConfig: { Arn: dead_letter } }),
});

export function describeBus(parts: Parts, nameOrArn: string | undefined, call: Call): Description {
  const bus = requireBus(parts, call, nameOrArn);
  return { ...summary(bus, call), ...described(bus) };
}

function summary(bus: BusRow, place: Place) {
  return {
    Name: bus.name,
    Arn: busArn(place, bus.name),
    ...(bus.description !== null && { Description: bus.description }),
    ...(bus.policy !== null && { Policy: bus.policy }),
    ...(bus.created_at > 0 && { CreationTime: new Date(bus.created_at) }),
    ...(bus.modified_at > 0 && { LastModifiedTime: new Date(bus.modified_at) }),
  };
}

export function listBuses(
  parts: Parts,
  { NamePrefix: prefix = '', NextToken, Limit }: InputOf<Sdk, 'ListEventBuses'>,
  call: Call,
): OutputOf<Sdk, 'ListEventBuses'> {
  const { region } = call;
  const { items, next } = pageOf<BusRow>(
    { query: { operation: 'ListEventBuses', region, prefix }, token: NextToken, limit: Limit || DEFAULT_PAGE },
    (position, limit) => busesAfter(parts, { region, prefix, after: String(position?.[0] ?? ''), limit }),
    ({ name }) => [name],
    eventErrors.token,
  );
  return { EventBuses: items.map((bus) => summary(bus, call)), ...(next !== undefined && { NextToken: next }) };
}

/** The default bus is listed without a row, too. */
function busesAfter({ db }: Parts, page: { region: string; prefix: string; after: string; limit: number }): BusRow[] {
  const rows = db.buses(page);
  const listed = DEFAULT_BUS.startsWith(page.prefix) && DEFAULT_BUS > page.after;
  if (!listed || rows.some(({ name }) => name === DEFAULT_BUS) || db.bus({ region: page.region, name: DEFAULT_BUS })) {
    return rows;
  }
  return [...rows, unset(page.region)].sort((one, other) => (one.name < other.name ? -1 : 1)).slice(0, page.limit);
}

/** To delete what does not exist is no mistake, as on AWS. */
export function deleteBus(parts: Parts, name: string, call: Call): void {
  if (name === DEFAULT_BUS) throw eventErrors.defaultBus();
  const place = { region: call.region, bus: name };
  const { count } = parts.db.ruleCount(place)!;
  if (count > 0) throw eventErrors.busHasRules(name, count);
  parts.db.removeBus({ region: call.region, name });
  parts.ports.removeTags(busArn(call, name));
}
