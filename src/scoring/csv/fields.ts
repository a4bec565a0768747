/** Fields of a line as they were written: commas between quotes part nothing. */
import { badInput } from '../errors.ts';
import { COMMA, NEWLINE, RETURN } from './number.ts';

const QUOTE = 0x22;

/** What is wrong with a carriage return that ends no line. */
export const RETURN_INSIDE = 'has a carriage return inside. Lines end with LF or CRLF.';

/**
 * Where the fields of the line from `from` to `to` begin, into `starts`; behind them stands the beginning of the field that would follow.
 *
 * @param delimiter a byte; scoring knows the comma alone
 * @returns how many there are, also where `starts` has no room for all
 */
export function findFields(bytes: Uint8Array, from: number, to: number, starts: Int32Array, delimiter = COMMA): number {
  let inQuotes = false;
  let count = 0;
  starts[0] = from;
  for (let at = from; at < to; at += 1) {
    const code = bytes[at];
    if (code === QUOTE) inQuotes = !inQuotes;
    else if (code === delimiter && !inQuotes) {
      count += 1;
      starts[count] = at + 1;
    }
  }
  count += 1;
  starts[count] = to + 1;
  return count;
}

const NOWHERE = new Int32Array(0);

export const countFields = (bytes: Uint8Array, from: number, to: number) => findFields(bytes, from, to, NOWHERE);

/**
 * Where the field that begins at `start` ends, whatever it holds; the caller sees to it that a line feed follows it somewhere.
 *
 * @throws ScoringError, of which the message is about the line
 */
export function passedOver(bytes: Uint8Array, start: number): number {
  let inQuotes = false;
  for (let at = start; ; at += 1) {
    const code = bytes[at]!;
    if (code === QUOTE) inQuotes = !inQuotes;
    else if (code === COMMA && !inQuotes) return at;
    else if (code === RETURN && bytes[at + 1] !== NEWLINE) throw badInput(RETURN_INSIDE);
    else if (code === NEWLINE) {
      if (inQuotes) throw badInput('has a quote that is not closed.');
      return at > start && bytes[at - 1] === RETURN ? at - 1 : at;
    }
  }
}
