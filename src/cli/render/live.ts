/**
 * A frame of lines at the bottom of a terminal that is drawn again and again in place.
 *
 * L1. Each redraw is one write, between the marks of a synchronized update: no flicker, no half frame.
 * L2. No line is wider than the terminal and no frame higher: the cursor always finds its way back to the first line.
 * L3. The cursor is shown again by `end`, which is safe to call twice and from a signal.
 */
import { cut } from './text.ts';

export type Screen = { columns: number; rows: number; write(text: string): void };

export type Live = {
  /** Lines that fit. */
  rows(): number;
  /** Draws these lines where the last ones were. */
  draw(lines: readonly string[]): void;
  /** Prints lines above the frame, for good. */
  print(lines: readonly string[]): void;
  /** Leaves the last frame standing, or clears it, and gives the terminal back. */
  end(keep: boolean): void;
};

const HIDE = '\u001b[?25l';
const SHOW = '\u001b[?25h';
const BEGIN = '\u001b[?2026h';
const COMMIT = '\u001b[?2026l';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/** @param screen its size is read anew at each drawing, so that a resized window is filled rightly */
export function liveFrame(screen: Screen, ellipsis: string): Live {
  let frame: string[] = [];
  let ended = false;
  const home = () => (frame.length > 0 ? `\u001b[${frame.length}A\r` : '\r');
  const drawn = (lines: readonly string[]) => lines.map((line) => `${line}${CLEAR_LINE}\n`).join('');
  const fitted = (lines: readonly string[]) =>
    lines.slice(0, Math.max(1, screen.rows - 1)).map((line) => cut(line, Math.max(10, screen.columns - 1), ellipsis));
  return {
    rows: () => Math.max(1, screen.rows - 1),
    draw(lines) {
      if (ended) return;
      const next = fitted(lines);
      screen.write(`${BEGIN}${HIDE}${home()}${drawn(next)}${CLEAR_BELOW}${COMMIT}`);
      frame = next;
    },
    print(lines) {
      if (ended) return;
      screen.write(`${BEGIN}${home()}${drawn(lines)}${drawn(frame)}${CLEAR_BELOW}${COMMIT}`);
    },
    end(keep) {
      if (ended) return;
      ended = true;
      screen.write(`${keep ? '' : `${home()}${CLEAR_BELOW}`}${SHOW}`);
      frame = [];
    },
  };
}
