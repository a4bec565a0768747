/**
 * Where a verb's words go.
 *
 * O1. With --json, standard output holds JSON alone, one document a line: events while something runs, the result last.
 *     Without it, standard output holds text for people. Warnings and hints go to standard error in both cases.
 * O2. Nothing but `live` moves the cursor, and it exists on a terminal only.
 */
import { type Live, liveFrame } from './render/live.ts';
import { makeStyle, type Style } from './render/style.ts';
import { wrap } from './render/text.ts';

export type Output = {
  json: boolean;
  /** A command as it must be typed here. @example command('status') // 'npx telar status --data /tmp/x' */
  command(words: string): string;
  style: Style;
  /** Columns to fill. */
  width(): number;
  /** Text for people; nothing with --json. */
  line(text?: string): void;
  lines(texts: readonly string[]): void;
  /** A paragraph, wrapped. */
  paragraph(text: string, indent?: string): void;
  /** Something on the side, on standard error, in both modes. */
  note(text: string): void;
  /** Progress, with --json only: one line. */
  event(value: object): void;
  /** The result, with --json only: one line, the last. */
  result(value: unknown): void;
  /** A frame drawn in place; undefined without a terminal, and with --json. */
  live(): Live | undefined;
};

const DEFAULT_WIDTH = 100;
const WIDEST = 120;

export type Streams = {
  stdout: { isTTY?: boolean; columns?: number; rows?: number; write(text: string): unknown };
  stderr: { write(text: string): unknown };
  environment: Readonly<Record<string, string | undefined>>;
  platform: string;
};

/** @param options.command how this program is called here. @default `telar` and the words */
export function makeOutput(
  { json, command = (words) => `telar ${words}` }: { json: boolean; command?: Output['command'] },
  streams: Streams = processStreams(),
): Output {
  const { stdout, stderr, environment } = streams;
  const isTTY = stdout.isTTY === true;
  const style = makeStyle({ ...streams, isTTY });
  const columns = () => stdout.columns || Number(environment['COLUMNS']) || DEFAULT_WIDTH;
  const width = () => Math.min(WIDEST, Math.max(40, columns()));
  const line = (text = '') => {
    if (!json) stdout.write(`${text}\n`);
  };
  const document = (value: unknown) => {
    if (json) stdout.write(`${JSON.stringify(value)}\n`);
  };
  return {
    json,
    command,
    style,
    width,
    line,
    lines: (texts) => texts.forEach(line),
    paragraph: (text, indent = '') => wrap(text, width(), indent).forEach(line),
    note: (text) => void stderr.write(`${text}\n`),
    event: document,
    result: document,
    live: () =>
      isTTY && !json && environment['TERM'] !== 'dumb'
        ? liveFrame(
            {
              get columns() {
                return columns();
              },
              get rows() {
                return stdout.rows || 24;
              },
              write: (text) => void stdout.write(text),
            },
            style.symbols.ellipsis,
          )
        : undefined,
  };
}

function processStreams(): Streams {
  return { stdout: process.stdout, stderr: process.stderr, environment: process.env, platform: process.platform };
}
