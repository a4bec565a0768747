/**
 * An operation's answer as a task's result, by the operation's own shapes: the names of the SDK whose integration it is, and its
 * way to write times and bytes.
 */

import { statesError } from '../../../definition/asl/failure.ts';
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import { setOwn } from '../../../protocol/codec.ts';
import type { Member, StructureShape } from '../../../protocol/shapes.ts';
import { memberName, type Naming } from './names.ts';

export type Writing = {
  readonly naming: Naming;
  /** Members, by the model's names, whose bytes or text are JSON, and become it. */
  readonly parsed?: readonly string[] | undefined;
};

/** Longest result, in bytes of UTF-8. */
const LONGEST_RESULT = 262_144;

export function resultOf(shape: StructureShape, answer: object, writing: Writing): JsonObject {
  const result: JsonObject = {};
  for (const member of shape.members()) {
    const value = (answer as Record<string, unknown>)[member.name];
    if (value === undefined || value === null) continue;
    const written = converted(member, value, writing);
    result[memberName(writing.naming, member.name)] = writing.parsed?.includes(member.name) ? parsed(written) : written;
  }
  return result;
}

function converted({ shape, traits }: Member, value: unknown, writing: Writing): Json {
  switch (shape.kind) {
    case 'structure':
      return resultOf(shape, value as object, { naming: writing.naming });
    case 'list':
      return (value as unknown[]).map((one) => (one === null ? null : converted(shape.member, one, writing)));
    case 'map': {
      const entries: JsonObject = {};
      for (const [key, one] of Object.entries(value as object))
        setOwn(entries, key, one === null ? null : converted(shape.value, one, writing));
      return entries;
    }
    case 'timestamp':
      return writing.naming === 'optimized' ? (value as Date).getTime() : instantText(value as Date);
    case 'blob': {
      const whole = traits.streaming !== undefined || traits.httpPayload !== undefined;
      return Buffer.from(value as Uint8Array | string).toString(whole ? 'utf8' : 'base64');
    }
    case 'number':
      return Number.isFinite(value) ? (value as number) : String(value);
    default:
      return value as Json;
  }
}

/** As Java's Instant writes it: no fraction where there is none. */
function instantText(value: Date): string {
  return value.toISOString().replace('.000Z', 'Z');
}

function parsed(value: Json): Json {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

/**
 * The answer with its streamed body, where it has one, read whole; at most as much of it as a result may hold.
 *
 * @throws StatesError States.DataLimitExceeded
 */
export async function collected(shape: StructureShape, answer: object, arn: string): Promise<object> {
  const body = shape.members().find(({ traits }) => traits.streaming !== undefined)?.name;
  const stream = body === undefined ? undefined : (answer as Record<string, unknown>)[body];
  if (body === undefined || !isStream(stream)) return answer;
  const pieces: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop destroys the stream.
  for await (const piece of stream) {
    size += piece.length;
    if (size > LONGEST_RESULT) throw tooLong(arn);
    pieces.push(piece);
  }
  return { ...answer, [body]: Buffer.concat(pieces) };
}

function tooLong(arn: string): Error {
  return statesError(
    'States.DataLimitExceeded',
    `The state/task '${arn}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}

function isStream(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
