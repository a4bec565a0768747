/** The search of a log: runs in parts of some milliseconds, and goes on with the lines that come later. */
import { useEffect, useState } from 'react';
import { findSome, firstFrom } from './find.ts';

/** How long one part may take before the page gets its turn. */
const PART_MS = 8;

export type LogSearch = {
  needle: string;
  setNeedle: (needle: string) => void;
  /** Lines that hold the text, so far. */
  count: number;
  searching: boolean;
  /** Which of them is shown, from 1; 0 for none. */
  place: number;
  /** The line that is shown. */
  line: number | undefined;
  step: (by: 1 | -1) => void;
};

type State = { needle: string; lines: readonly { text: string }[] | undefined; matches: number[]; next: number };

const NONE: State = { needle: '', lines: undefined, matches: [], next: 0 };

export function useLogSearch(lines: readonly { text: string }[], reveal: (line: number) => void): LogSearch {
  const [needle, setNeedle] = useState('');
  const [state, setState] = useState<State>(NONE);
  const [line, setLine] = useState<number>();

  useEffect(() => {
    if (needle === '') {
      setState(NONE);
      setLine(undefined);
      return;
    }
    // A log that only grew is searched from where the last search ended; another text, or other lines, from the beginning.
    const grew = state.needle === needle && state.lines?.[0] === lines[0] && state.next <= lines.length;
    if (grew && state.next === lines.length) return;
    let matches = grew ? state.matches : [];
    const part = () => {
      const until = performance.now() + PART_MS;
      const found = findSome(lines, needle, grew ? state.next : 0, [...matches], () => performance.now() > until);
      matches = found.matches;
      setState({ needle, lines, ...found });
    };
    const timer = setTimeout(part, grew ? 0 : 120);
    return () => clearTimeout(timer);
  }, [needle, lines, state]);

  const place = line === undefined ? -1 : firstFrom(state.matches, line);
  const step = (by: 1 | -1) => {
    const { matches } = state;
    if (matches.length === 0) return;
    const from =
      line === undefined ? (by === 1 ? -1 : 0) : matches[place] === line ? place : by === 1 ? place - 1 : place;
    const to = matches[(from + by + matches.length) % matches.length]!;
    setLine(to);
    reveal(to);
  };
  return {
    needle,
    setNeedle,
    count: state.needle === needle ? state.matches.length : 0,
    searching: needle !== '' && (state.needle !== needle || state.next < lines.length),
    place: line !== undefined && state.matches[place] === line ? place + 1 : 0,
    line,
    step,
  };
}
