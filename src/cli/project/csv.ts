/**
 * Splitting a CSV file by rows without reading its values: every byte of the file goes to one side, as it was. Line breaks
 * inside quoted fields are part of their row.
 */

const QUOTE = 0x22;
const NEWLINE = 0x0a;

/** Where each line of a CSV text begins, and one past its end. A last line without a line break counts; an empty one not. */
export function lineStarts(content: Buffer): number[] {
  const starts = [0];
  let quoted = false;
  for (let at = 0; at < content.length; at += 1) {
    const byte = content[at];
    if (byte === QUOTE) quoted = !quoted;
    else if (byte === NEWLINE && !quoted) starts.push(at + 1);
  }
  if (starts.at(-1) !== content.length) starts.push(content.length);
  return starts;
}

/**
 * The header with the first ⌊n·share⌋ of n rows, and the header with the rest.
 *
 * @param share between 0 and 1
 * @example splitRows(Buffer.from('h\n1\n2\n'), 0.5) // train 'h\n1\n', validation 'h\n2\n'
 */
export function splitRows(content: Buffer, share: number): { train: Buffer; validation: Buffer; rows: number } {
  const starts = lineStarts(content);
  const rows = Math.max(0, starts.length - 2);
  const header = content.subarray(0, starts[1] ?? content.length);
  const cut = starts[1 + Math.floor(rows * share)] ?? content.length;
  const train = content.subarray(0, cut);
  const validation = Buffer.concat([header, content.subarray(cut)]);
  return { train, validation, rows };
}
