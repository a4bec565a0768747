/**
 * Lines of a job's output as events, from bytes that may end anywhere.
 *
 * L1. No byte is looked at twice: what `consumed` counts is in the events, the rest belongs to a line that is not ended.
 * L2. However the bytes are cut into pieces, whole lines give the same events.
 * L3. A line is cut at LONGEST_LINE, between two characters, as AWS's agent does; bytes that are no UTF-8 become U+FFFD.
 * L4. A progress bar draws itself anew after a carriage return: of what one piece holds of it, its last state is an event.
 */

/** AWS's agent cuts lines so that they are, with what AWS adds, 256 kB. */
export const LONGEST_LINE = 262_144 - 26;

/** The most that is looked at in one piece: a line that fills it is too long. */
export const PIECE = LONGEST_LINE + 1;

const LF = 0x0a;
const CR = 0x0d;

export type Lines = { messages: string[]; consumed: number };

/**
 * @param bytes at most PIECE
 * @param atEnd no more will come: what is there is the last line, ended or not
 */
export function linesIn(bytes: Buffer, atEnd: boolean): Lines {
  const messages: string[] = [];
  let consumed = bytes.lastIndexOf(LF) + 1;
  const whole = consumed > 0 ? bytes.toString('utf8', 0, consumed - 1).split('\n') : [];
  for (const line of whole) messages.push(shown(line));
  for (;;) {
    const rest = bytes.subarray(consumed);
    if (rest.length > LONGEST_LINE) {
      const cut = beginOfCharacter(rest, LONGEST_LINE);
      messages.push(shown(rest.toString('utf8', 0, cut)));
      consumed += cut;
      continue;
    }
    if (atEnd) {
      if (rest.length > 0) messages.push(shown(rest.toString('utf8')));
      return { messages, consumed: bytes.length };
    }
    // A last carriage return may be the first half of a line's end.
    const redrawn = rest.subarray(0, -1).lastIndexOf(CR) + 1;
    if (redrawn > 0) messages.push(shown(rest.toString('utf8', 0, redrawn)));
    return { messages, consumed: consumed + redrawn };
  }
}

/** What a terminal shows of a line in the end; AWS takes no empty event, so that an empty line is a blank. */
function shown(line: string): string {
  const end = line.search(/\r*$/);
  const text = line.slice(line.lastIndexOf('\r', end - 1) + 1, end);
  return text === '' ? ' ' : text;
}

/** The last place at or before `at` where a UTF-8 character begins; `at` itself when there is none near. */
function beginOfCharacter(bytes: Buffer, at: number): number {
  for (let back = 0; back < 4; back += 1) if ((bytes[at - back]! & 0xc0) !== 0x80) return at - back;
  return at;
}
