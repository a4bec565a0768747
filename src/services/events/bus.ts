/** Which event bus a request names. */
import type { Parts } from './context.ts';
import { eventErrors } from './errors.ts';
import { DEFAULT_BUS } from './legal.ts';
import { busName, type Place } from './names.ts';
import type { BusRow } from './store.ts';

/** A bus that is there; the default one is, with a row or without. */
export function findBus(
  { db }: Pick<Parts, 'db'>,
  { region }: Pick<Place, 'region'>,
  name: string,
): BusRow | undefined {
  return db.bus({ region, name }) ?? (name === DEFAULT_BUS ? unset(region) : undefined);
}

/** The default bus of a region, of which nothing was ever set. */
export const unset = (region: string): BusRow => ({
  ...{ region, name: DEFAULT_BUS, description: null, dead_letter: null, policy: null },
  ...{ created_at: 0, modified_at: 0 },
});

/** @throws ResourceNotFoundException */
export function requireBus(parts: Pick<Parts, 'db'>, place: Place, nameOrArn: string | undefined): BusRow {
  const name = busName(place, nameOrArn);
  const bus = name === undefined ? undefined : findBus(parts, place, name);
  if (!bus) throw eventErrors.noBus(name ?? nameOrArn!);
  return bus;
}
