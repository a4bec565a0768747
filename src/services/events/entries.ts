/**
 * PutEvents: what is wrong with one entry does not keep the others out.
 *
 * E1. Who is given an EventId has an event on its bus, durably, with all that it sets going; only an entry for a bus that does not exist
 *     is given one and dropped, as on AWS. The log says so.
 */
import { uuid } from '../../base/random.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import { findBus } from './bus.ts';
import type { Entry, Parts, Sdk } from './context.ts';
import { entryRefusals, eventErrors, type Refusal } from './errors.ts';
import { type BusEvent, eventTime } from './event.ts';
import { LARGEST_REQUEST } from './legal.ts';
import { busName } from './names.ts';
import type { Router } from './router.ts';

/** AWS's events, which nobody but AWS makes. */
const OF_AWS = /^aws\./;
const LONGEST_DETAIL_TYPE = 128;
const LONGEST_SOURCE = 256;
/** As deep as AWS's parser goes. */
const DEEPEST = 1000;
const TIME_BYTES = 14;

export function putEvents(
  parts: Parts & { router: Router },
  { Entries = [] }: InputOf<Sdk, 'PutEvents'>,
  call: Call,
): OutputOf<Sdk, 'PutEvents'> {
  if (Entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > LARGEST_REQUEST) throw eventErrors.requestTooLarge();
  const answers = Entries.map((entry) => putEntry(parts, entry, call));
  return { FailedEntryCount: answers.filter((answer) => 'ErrorCode' in answer).length, Entries: answers };
}

/** As AWS counts it. */
function sizeOf({ Time, Source = '', DetailType = '', Detail = '', Resources = [] }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time ? TIME_BYTES : 0);
}

function putEntry(parts: Parts & { router: Router }, entry: Entry, call: Call): { EventId: string } | Refusal {
  const { Source, DetailType, Detail } = entry;
  if (!Source) return entryRefusals.required('Source');
  if (!DetailType) return entryRefusals.required('DetailType');
  if (!Detail) return entryRefusals.required('Detail');
  if (Source.length > LONGEST_SOURCE) return entryRefusals.tooLong('Source', LONGEST_SOURCE);
  if (DetailType.length > LONGEST_DETAIL_TYPE) return entryRefusals.tooLong('DetailType', LONGEST_DETAIL_TYPE);
  if (OF_AWS.test(Source)) return entryRefusals.source();
  const detail = detailOf(Detail);
  if (!detail) return entryRefusals.detail();
  const event: BusEvent = {
    ...{ version: '0', id: uuid(parts.world.random), 'detail-type': DetailType, source: Source },
    ...{ account: call.account, time: eventTime(entry.Time?.getTime() ?? call.now), region: call.region },
    ...{ resources: entry.Resources ?? [], detail },
  };
  const bus = busName(call, entry.EventBusName);
  if (bus !== undefined && findBus(parts, call, bus)) parts.router.publish(bus, event);
  else parts.world.log('warn', 'events.no-such-bus', { bus: entry.EventBusName, eventId: event.id });
  return { EventId: event.id };
}

/** A JSON object, and no other JSON. */
function detailOf(text: string): Record<string, unknown> | undefined {
  if (nestsTooDeeply(text)) return undefined;
  try {
    const detail = JSON.parse(text) as unknown;
    const isObject = typeof detail === 'object' && detail !== null && !Array.isArray(detail);
    return isObject ? (detail as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Told by its brackets, so that nothing deep is ever parsed or written. */
function nestsTooDeeply(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) depth -= 1;
    if (depth > DEEPEST) return true;
  }
  return false;
}
