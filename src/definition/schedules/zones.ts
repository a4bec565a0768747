/**
 * Times on the wall of a time zone, as numbers: the milliseconds since the epoch that they would be if the zone were UTC.
 *
 * Z1. A time on the wall that comes twice is its first coming; one that is skipped is none.
 */

const DAY = 86_400_000;

type Zone = {
  format: Intl.DateTimeFormat;
  /** How far the wall is ahead of UTC, by quarters of an hour since the epoch: zones change at no other times. */
  offsets: Map<number, number>;
};

const QUARTER = 900_000;
/** What is kept at hand. There are fewer than 600 zones, but their names come in any case. */
const MOST = { zones: 600, offsets: 250 };

const zones = new Map<string, Zone>();

/** @throws RangeError when there is no such zone */
function zoneOf(timeZone: string): Zone {
  let zone = zones.get(timeZone);
  if (!zone) {
    const format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
      ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    });
    zone = { format, offsets: new Map() };
    if (zones.size >= MOST.zones) zones.clear();
    zones.set(timeZone, zone);
  }
  return zone;
}

/** Whether a name is one of the IANA time zone database's: `Europe/Madrid`, `UTC`, and no offset. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    zoneOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What the wall of a zone shows at an instant. */
export const wallOf = (instant: number, timeZone: string): number => instant + offsetAt(instant, timeZone);

/** How far the wall is ahead of UTC. */
function offsetAt(instant: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const { format, offsets } = zoneOf(timeZone);
  const quarter = Math.floor(instant / QUARTER);
  let offset = offsets.get(quarter);
  if (offset === undefined) {
    offset = shown(format, quarter * QUARTER) - quarter * QUARTER;
    if (offsets.size >= MOST.offsets) offsets.clear();
    offsets.set(quarter, offset);
  }
  return offset;
}

function shown(format: Intl.DateTimeFormat, instant: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(instant)) part[type] = Number(value);
  const { year, month, day, hour, minute, second } = part as Record<string, number>;
  return Date.UTC(year!, month! - 1, day, hour, minute, second);
}

/** When the wall of a zone shows a time for the first time; undefined when it never does. */
export function instantOf(wall: number, timeZone: string): number | undefined {
  // No zone changes its clocks twice in two days: the offset is the one of the day before, or the one of the day after.
  const instants = [-DAY, DAY].map((away) => wall - offsetAt(wall + away, timeZone));
  const comings = instants.filter((instant) => wallOf(instant, timeZone) === wall);
  return comings.length === 0 ? undefined : Math.min(...comings);
}

/** The same, but a time that is skipped is as much later as was skipped: 02:30 is 03:30. */
export function instantOrLater(wall: number, timeZone: string): number {
  return instantOf(wall, timeZone) ?? wall - offsetAt(wall - DAY, timeZone);
}
