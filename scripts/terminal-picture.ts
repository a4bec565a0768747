/**
 * Draws what a terminal showed as an SVG: `docs/screens/demo.svg` is made by it from a recorded run.
 *
 *   script -qefc "stty cols 126; npm run demo" demo.ansi
 *   node scripts/terminal-picture.ts demo.ansi docs/screens/demo.svg --columns 126 --title "npm run demo" --drop "^npm warn"
 *
 * The recording is played to its end on a small terminal without a bottom, and what then stands there is drawn: text drawn
 * over is gone, as it was for who watched. It knows what Telar and npm send (colours, cursor moves, erasing); other escape
 * sequences are passed over. Colours are for a light card with an edge, which also stands on dark pages.
 */
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

type Look = { bold: boolean; dim: boolean; colour: number | undefined };
type Cell = { text: string; look: Look };
type Line = { cells: Cell[]; wrapped: boolean };
type Screen = { lines: Line[]; row: number; column: number; look: Look };

const PLAIN: Look = { bold: false, dim: false, colour: undefined };
const BLANK: Cell = { text: ' ', look: PLAIN };

/** By the number of the SGR colour, 30 to 37; brighter ones (90 to 97) are drawn alike. */
const COLOURS: Readonly<Record<number, string>> = {
  30: '#1f2933',
  31: '#b42318',
  32: '#1a7f37',
  33: '#8a5a00',
  34: '#1a56b0',
  35: '#8b3fa0',
  36: '#0b6e75',
  37: '#57606a',
};
const CARD = { paper: '#fbfaf7', edge: '#cfc9bd', ink: '#1f2933', faint: '#697380' };
const FONT = { size: 14, wide: 8.4, high: 20, family: 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace' };
const PADDING = { x: 22, top: 48, bottom: 20 };

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is read here
const TOKEN = /\x1b\[([?\d;]*)([A-Za-z])|\x1b\][^\x07]*\x07|\x1b.|[\s\S]/gu;

function lineAt(screen: Screen, row: number): Cell[] {
  while (screen.lines.length <= row) screen.lines.push({ cells: [], wrapped: false });
  return screen.lines[row]!.cells;
}

function put(screen: Screen, text: string, columns: number): void {
  if (screen.column >= columns) {
    screen.row += 1;
    screen.column = 0;
    lineAt(screen, screen.row);
    screen.lines[screen.row]!.wrapped = true;
  }
  const line = lineAt(screen, screen.row);
  while (line.length < screen.column) line.push(BLANK);
  line[screen.column] = { text, look: screen.look };
  screen.column += 1;
}

function painted(look: Look, code: number): Look {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...look, bold: true };
  if (code === 2) return { ...look, dim: true };
  if (code === 22) return { ...look, bold: false, dim: false };
  if (code === 39) return { ...look, colour: undefined };
  if (code >= 30 && code <= 37) return { ...look, colour: code };
  if (code >= 90 && code <= 97) return { ...look, colour: code - 60 };
  return look;
}

function control(screen: Screen, final: string, parameters: string): void {
  const [first = 0, ...rest] = parameters.split(';').map(Number);
  const count = Math.max(1, first);
  if (final === 'm') for (const code of [first, ...rest]) screen.look = painted(screen.look, code);
  else if (final === 'A') screen.row = Math.max(0, screen.row - count);
  else if (final === 'B') screen.row += count;
  else if (final === 'C') screen.column += count;
  else if (final === 'D') screen.column = Math.max(0, screen.column - count);
  else if (final === 'G') screen.column = count - 1;
  else if (final === 'K') {
    const line = lineAt(screen, screen.row);
    if (first === 2) line.length = 0;
    else if (first === 0) line.length = Math.min(line.length, screen.column);
  } else if (final === 'J' && first === 0) {
    lineAt(screen, screen.row).length = Math.min(lineAt(screen, screen.row).length, screen.column);
    screen.lines.length = screen.row + 1;
  }
}

/** The lines that stand on the terminal when a recording has been played; what `script` itself wrote is left out. */
export function play(recording: string, columns: number): Line[] {
  const screen: Screen = { lines: [], row: 0, column: 0, look: PLAIN };
  const shown = recording.replace(/^Script started on .*\n/, '').replace(/\nScript done on .*\n$/, '\n');
  for (const [token, parameters = '', final] of shown.matchAll(TOKEN)) {
    if (final !== undefined) {
      if (!parameters.startsWith('?')) control(screen, final, parameters);
    } else if (token === '\n') screen.row += 1;
    else if (token === '\r') screen.column = 0;
    else if (token === '\b') screen.column = Math.max(0, screen.column - 1);
    else if (token >= ' ') put(screen, token, columns);
  }
  return screen.lines;
}

const textOf = (cells: readonly Cell[]) => cells.map(({ text }) => text).join('');

/** Without the lines to drop (wrapped ones whole), and empty lines at both ends or in a row. */
export function tidied(lines: readonly Line[], drop: readonly RegExp[]): Cell[][] {
  const kept: Cell[][] = [];
  let dropping = false;
  for (const { cells, wrapped } of lines) {
    const text = textOf(cells);
    if (!wrapped) dropping = drop.some((pattern) => pattern.test(text));
    const empty = text.trim() === '';
    if (!dropping && !(empty && textOf(kept.at(-1) ?? []).trim() === '')) kept.push(cells);
  }
  while (kept.length > 0 && textOf(kept.at(-1)!).trim() === '') kept.pop();
  return kept;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const rounded = (value: number) => Number(value.toFixed(1));

/** Cells of one look that stand together, at their column; its width is fixed, so that any font lines up. */
function spans(line: readonly Cell[], y: number): string[] {
  const drawn: string[] = [];
  for (let from = 0; from < line.length; ) {
    const { look } = line[from]!;
    let to = from;
    while (to < line.length && line[to]!.look === look) to += 1;
    const text = textOf(line.slice(from, to));
    const start = from + text.length - text.trimStart().length;
    const words = text.trim();
    from = to;
    if (words === '') continue;
    const fill = look.colour === undefined ? (look.dim ? CARD.faint : undefined) : COLOURS[look.colour];
    const attributes = [
      `x="${rounded(PADDING.x + start * FONT.wide)}"`,
      `y="${y}"`,
      `textLength="${rounded(words.length * FONT.wide)}"`,
      ...(fill ? [`fill="${fill}"`] : []),
      ...(look.bold ? ['font-weight="700"'] : []),
    ];
    drawn.push(`<text ${attributes.join(' ')}>${escaped(words)}</text>`);
  }
  return drawn;
}

/** The picture. @param title stands above, and names the picture for who cannot see it */
export function svg(lines: readonly Cell[][], columns: number, title: string): string {
  const width = Math.ceil(PADDING.x * 2 + columns * FONT.wide);
  const height = PADDING.top + lines.length * FONT.high + PADDING.bottom;
  const rows = lines.flatMap((line, index) => spans(line, PADDING.top + index * FONT.high + 15));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" xml:space="preserve" font-family='${FONT.family}' font-size="${FONT.size}" fill="${CARD.ink}">
<title>${escaped(title)}</title>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10" fill="${CARD.paper}" stroke="${CARD.edge}"/>
<path d="M1 34.5H${width - 1}" stroke="${CARD.edge}"/>
<text x="${PADDING.x}" y="23" fill="${CARD.faint}">$ ${escaped(title)}</text>
${rows.join('\n')}
</svg>
`;
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      columns: { type: 'string', default: '100' },
      title: { type: 'string', default: 'npm run demo' },
      drop: { type: 'string', multiple: true, default: [] },
    },
  });
  const [recording, picture] = positionals;
  if (recording === undefined || picture === undefined) {
    process.stderr.write(
      'Say which recording, and where the picture goes: terminal-picture.ts RECORDING PICTURE.svg\n',
    );
    process.exitCode = 2;
    return;
  }
  const columns = Number(values.columns);
  const patterns = values.drop.map((pattern) => new RegExp(pattern));
  const lines = tidied(play(fs.readFileSync(recording, 'utf8'), columns), patterns);
  fs.writeFileSync(picture, svg(lines, columns, values.title));
  process.stdout.write(`${picture}: ${lines.length} lines\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
