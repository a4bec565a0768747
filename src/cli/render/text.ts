/**
 * Text in columns of a terminal: how wide it is, cut to a width, wrapped, laid out as a table. Escape sequences of colours
 * take no columns; wide characters of East Asian scripts and emoji take two.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const ESCAPE = /\u001b\[[0-9;]*m/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above; the sequences are kept
const PARTS = /(\u001b\[[0-9;]*m)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it removes
const CONTROL = /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f]/g;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;
const MARK = /\p{Mark}|\u200d|\ufe0f/u;

/** Columns that a text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text.replace(new RegExp(ESCAPE, 'g'), '')) width += widthOfCharacter(character);
  return width;
}

function widthOfCharacter(character: string): number {
  if (MARK.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** One line of foreign text (a job's log, say) with nothing in it that a terminal would obey; tabs become spaces. */
export function harmless(text: string): string {
  return text.replace(CONTROL, '').replaceAll('\t', '  ');
}

/**
 * At most `width` columns of a text, the cut marked; colours are closed after a cut.
 *
 * @example cut('DataPreProcessing', 8, '…') === 'DataPre…'
 */
export function cut(text: string, width: number, ellipsis: string): string {
  if (widthOf(text) <= width) return text;
  const room = Math.max(0, width - ellipsis.length);
  let kept = '';
  let used = 0;
  let coloured = false;
  for (const part of text.split(PARTS)) {
    if (ESCAPE.test(part)) {
      kept += part;
      coloured = true;
      continue;
    }
    for (const character of part) {
      used += widthOfCharacter(character);
      if (used > room) return `${kept}${ellipsis}${coloured ? '\u001b[0m' : ''}`;
      kept += character;
    }
  }
  return kept;
}

/**
 * A paragraph in lines of at most `width` columns; a word longer than a line stays whole.
 *
 * @param indent before every line, within the width
 */
export function wrap(text: string, width: number, indent = ''): string[] {
  const room = width - widthOf(indent);
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (line !== '' && widthOf(longer) > room) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    return [...lines, line].map((content) => `${indent}${content}`.trimEnd());
  });
}

/** Fills up with spaces to `width` columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Cells in columns, two spaces between; the last column is not padded. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : pad(cell, widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}
