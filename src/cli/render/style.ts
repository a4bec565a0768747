/**
 * Colours and symbols: one accent, dim and bold, red for what failed; plain text and ASCII where the terminal has no more.
 *
 * Y1. NO_COLOR (any value), TERM=dumb or an output that is no terminal means no escape sequence at all; FORCE_COLOR turns
 *     colours on for a pipe.
 */

type Paint = (text: string) => string;

export type Symbols = {
  done: string;
  failed: string;
  running: string;
  waiting: string;
  skipped: string;
  stopped: string;
  cached: string;
  add: string;
  change: string;
  remove: string;
  same: string;
  dot: string;
  arrow: string;
  atLeast: string;
  atMost: string;
  branch: string;
  last: string;
  ellipsis: string;
  dash: string;
  spinner: readonly string[];
};

export type Style = { accent: Paint; dim: Paint; bold: Paint; bad: Paint; symbols: Symbols };

const UNICODE: Symbols = {
  done: '✓',
  failed: '✗',
  running: '●',
  waiting: '○',
  skipped: '–',
  stopped: '■',
  cached: '↺',
  add: '+',
  change: '~',
  remove: '−',
  same: '=',
  dot: '·',
  arrow: '→',
  atLeast: '≥',
  atMost: '≤',
  branch: '├',
  last: '└',
  ellipsis: '…',
  dash: '─',
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
};

const ASCII: Symbols = {
  done: 'ok',
  failed: 'x',
  running: '*',
  waiting: '.',
  skipped: '-',
  stopped: '#',
  cached: '=',
  add: '+',
  change: '~',
  remove: '-',
  same: '=',
  dot: '-',
  arrow: '->',
  atLeast: '>=',
  atMost: '<=',
  branch: '|-',
  last: '`-',
  ellipsis: '...',
  dash: '-',
  spinner: ['|', '/', '-', '\\'],
};

const plain: Paint = (text) => text;
const paint =
  (on: string, off: string): Paint =>
  (text) =>
    text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`;

export type Terminal = { isTTY: boolean; environment: Readonly<Record<string, string | undefined>>; platform: string };

/** @example makeStyle({ isTTY: process.stdout.isTTY, environment: process.env, platform: process.platform }) */
export function makeStyle({ isTTY, environment, platform }: Terminal): Style {
  const symbols = isUnicode(environment, platform) ? UNICODE : ASCII;
  if (!hasColours(isTTY, environment)) return { accent: plain, dim: plain, bold: plain, bad: plain, symbols };
  return { accent: paint('36', '39'), dim: paint('2', '22'), bold: paint('1', '22'), bad: paint('31', '39'), symbols };
}

function hasColours(isTTY: boolean, environment: Terminal['environment']): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0';
  return isTTY && TERM !== 'dumb';
}

function isUnicode(environment: Terminal['environment'], platform: string): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  if (environment['TERM'] === 'linux' || environment['TERM'] === 'dumb') return false;
  return /utf-?8/i.test(locale) || (platform === 'darwin' && locale === '');
}
