/** A sample event that a rule waits for: with what its pattern names in place of what the sample had. Pure. */
import { eventOf, type Place, sampleFor } from './samples.ts';

type Members = Readonly<Record<string, unknown>>;

/** What stands in a name of which a pattern says nothing but how it begins or ends. */
const FILLER = 'sample';

/** The sample that is most like a pattern, fitted to it. @param pattern none of a rule that has a schedule alone */
export function sampleEvent(pattern: string | undefined, place: Place): object {
  const wanted = pattern ?? '{"detail-type":["Scheduled Event"]}';
  return fitted(eventOf(sampleFor(wanted), place), wanted);
}

/** As far as a pattern names its values plainly: what it says of addresses, for one, is left to whoever tries it. */
export function fitted(event: object, pattern: string): object {
  try {
    const wanted: unknown = JSON.parse(pattern);
    return isMembers(wanted) ? inside(event as Members, wanted) : event;
  } catch {
    return event;
  }
}

function inside(event: Members, pattern: Members): Members {
  const made: Record<string, unknown> = { ...event };
  for (const [name, wanted] of Object.entries(pattern)) {
    if (name === '$or') {
      const first: unknown = Array.isArray(wanted) ? wanted[0] : undefined;
      if (isMembers(first)) Object.assign(made, inside(made, first));
      continue;
    }
    const now = Object.hasOwn(event, name) ? event[name] : undefined;
    if (isMembers(wanted)) made[name] = inside(isMembers(now) ? now : {}, wanted);
    else if (Array.isArray(wanted)) {
      const value = Array.isArray(now) ? [valueFor(wanted, now[0])] : valueFor(wanted, now);
      if (value === undefined) delete made[name];
      else made[name] = value;
    }
  }
  return made;
}

/** The value that is there where the list names it, or the first that the list asks for. */
function valueFor(wanted: readonly unknown[], now: unknown): unknown {
  if (wanted.includes(now)) return now;
  const [first] = wanted;
  return isMembers(first) ? valueBy(first, now) : first;
}

const BY: Readonly<Record<string, (asked: unknown, now: unknown) => unknown>> = {
  prefix: (asked) => (typeof asked === 'string' ? `${asked}${FILLER}` : textIn(asked)),
  suffix: (asked) => (typeof asked === 'string' ? `${FILLER}${asked}` : textIn(asked)),
  'equals-ignore-case': (asked) => asked,
  wildcard: (asked) => (typeof asked === 'string' ? asked.replaceAll('*', FILLER) : FILLER),
  exists: (asked, now) => (asked === false ? undefined : (now ?? FILLER)),
  'anything-but': (_, now) => now ?? FILLER,
  numeric: (asked) => numberBy(asked as readonly (string | number)[]),
};

function valueBy(asked: Members, now: unknown): unknown {
  const [[operator, value] = ['', undefined]] = Object.entries(asked);
  return Object.hasOwn(BY, operator) ? BY[operator]!(value, now) : now;
}

/** `{"prefix": {"equals-ignore-case": "a"}}` */
const textIn = (asked: unknown): unknown => (isMembers(asked) ? Object.values(asked)[0] : asked);

function numberBy(asked: readonly (string | number)[]): number {
  const bounds = asked.flatMap((word, at) => (typeof word === 'number' ? [{ operator: asked[at - 1], word }] : []));
  const [low, high] = bounds;
  if (low && high) return (low.word + high.word) / 2;
  if (!low) return 0;
  return low.operator === '>' ? low.word + 1 : low.operator === '<' ? low.word - 1 : low.word;
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
