/**
 * Lines of a job's output as events, from bytes that may end anywhere.
 *
 * L1. No byte is looked at twice: what `consumed` counts is in the events, the rest belongs to a line that is not ended, or
 *     to the next turn.
 * L2. However the bytes are cut into pieces, whole lines give the same events.
 * L3. A line is cut at LONGEST_LINE, between two characters, as AWS's agent does; bytes that are no UTF-8 become U+FFFD.
 * L4. A progress bar draws itself anew after a carriage return: of what one piece holds of it, its last state is an event.
 * L5. The work of a turn is in proportion to PIECE and MOST_LINES, whatever the bytes.
 */

/** AWS's agent cuts lines so that they are, with what AWS adds, 256 kB. */
export const LONGEST_LINE = 262_144 - 26;
/** The most that is looked at in one piece: a line that fills it is too long. */
export const PIECE = LONGEST_LINE + 1;
/** In one turn. */
const MOST_LINES = 4000;

const LF = 0x0a;
const CR = 0x0d;

export type Lines = { messages: string[]; consumed: number };

/**
 * @param bytes at most PIECE
 * @param atEnd no more will come: what is there is the last line, ended or not
 */
export function linesIn(bytes: Buffer, atEnd: boolean): Lines {
  const messages: string[] = [];
  const { end, more } = wholeLines(bytes);
  if (end > 0) for (const line of bytes.toString('utf8', 0, end - 1).split('\n')) messages.push(shown(line));
  const rest = bytes.subarray(end);
  if (more || rest.length === 0) return { messages, consumed: end };
  if (rest.length > LONGEST_LINE) {
    const cut = beginOfCharacter(rest, LONGEST_LINE);
    messages.push(shown(rest.toString('utf8', 0, cut)));
    return { messages, consumed: end + cut };
  }
  if (atEnd) {
    messages.push(shown(rest.toString('utf8')));
    return { messages, consumed: bytes.length };
  }
  // A last carriage return may be the first half of a line's end.
  const redrawn = rest.subarray(0, -1).lastIndexOf(CR) + 1;
  if (redrawn > 0) messages.push(shown(rest.toString('utf8', 0, redrawn)));
  return { messages, consumed: end + redrawn };
}

/** Where the lines of this turn end, and whether more of them follow. */
function wholeLines(bytes: Buffer): { end: number; more: boolean } {
  let end = 0;
  for (let lines = 0; lines < MOST_LINES; lines += 1) {
    const found = bytes.indexOf(LF, end);
    if (found < 0) return { end, more: false };
    end = found + 1;
  }
  return { end, more: bytes.includes(LF, end) };
}

/** What a terminal shows of a line in the end; AWS takes no empty event, so that an empty line is a blank. */
function shown(line: string): string {
  let end = line.length;
  while (end > 0 && line.charCodeAt(end - 1) === CR) end -= 1;
  const text = line.slice(line.lastIndexOf('\r', end - 1) + 1, end);
  return text === '' ? ' ' : text;
}

/** The last place at or before `at` where a UTF-8 character begins; `at` itself when there is none near. */
function beginOfCharacter(bytes: Buffer, at: number): number {
  for (let back = 0; back < 4; back += 1) if ((bytes[at - back]! & 0xc0) !== 0x80) return at - back;
  return at;
}
