import { describe, expect, it } from 'vitest';
import { liveFrame } from './live.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's language
const PARTS = /\u001b\[\??\d*[A-Za-z]|\n|\r|[^\u001b\n\r]+/g;

/** Enough of a terminal to see what stays on it: newline, carriage return, cursor up, clear line, clear below. */
function terminal(columns: number, rows: number) {
  const lines: string[] = [''];
  let row = 0;
  let column = 0;
  const write = (text: string): void => {
    for (const part of text.match(PARTS) ?? []) {
      if (part === '\n') {
        row += 1;
        column = 0;
        lines[row] ??= '';
      } else if (part === '\r') column = 0;
      else if (part.startsWith('\u001b[') && part.endsWith('A')) row -= Number(part.slice(2, -1));
      else if (part === '\u001b[K') lines[row] = lines[row]!.slice(0, column);
      else if (part === '\u001b[J') {
        lines.length = row + 1;
        lines[row] = lines[row]!.slice(0, column);
      } else if (!part.startsWith('\u001b')) {
        lines[row] = lines[row]!.slice(0, column) + part + lines[row]!.slice(column + part.length);
        column += part.length;
      }
    }
  };
  return { columns, rows, write, lines };
}

describe('a frame drawn in place', () => {
  it('replaces what it drew before, longer or shorter', () => {
    const screen = terminal(80, 24);
    const live = liveFrame(screen, '…');
    live.draw(['head', 'a long line', 'third']);
    live.draw(['head', 'short']);
    expect(screen.lines).toEqual(['head', 'short', '']);
    live.draw(['head', 'short', 'again']);
    expect(screen.lines).toEqual(['head', 'short', 'again', '']);
  });

  it('prints lines above itself', () => {
    const screen = terminal(80, 24);
    const live = liveFrame(screen, '…');
    live.draw(['frame']);
    live.print(['said']);
    live.draw(['frame 2']);
    expect(screen.lines).toEqual(['said', 'frame 2', '']);
  });

  it('is never wider or higher than the terminal', () => {
    const screen = terminal(20, 4);
    liveFrame(screen, '…').draw(Array.from({ length: 9 }, (_, line) => `${line} ${'x'.repeat(40)}`));
    expect(screen.lines).toHaveLength(4);
    for (const line of screen.lines) expect(line.length).toBeLessThan(20);
  });

  it('leaves nothing, or its last picture, and shows the cursor again', () => {
    let written = '';
    const screen = terminal(80, 24);
    const write = (text: string) => {
      written += text;
      screen.write(text);
    };
    const spied = { ...screen, write };
    const live = liveFrame(spied, '…');
    live.draw(['frame']);
    live.end(false);
    live.draw(['too late']);
    expect(screen.lines).toEqual(['']);
    expect(written.endsWith('\u001b[?25h')).toBe(true);
    const kept = liveFrame(screen, '…');
    kept.draw(['stays']);
    kept.end(true);
    expect(screen.lines).toEqual(['stays', '']);
  });
});
