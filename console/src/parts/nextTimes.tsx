/** The times at which something occurs next, on the wall of its own zone and from now. */
import { Time } from './time.tsx';
import './nextTimes.css';

export function NextTimes({ times, wall, none }: { times: readonly number[]; wall(at: number): string; none: string }) {
  if (times.length === 0) return <p className="next-times-none">{none}</p>;
  return (
    <ol className="next-times" aria-label="Next occurrences">
      {times.map((at) => (
        <li key={at}>
          <span className="next-times-wall">{wall(at)}</span> <Time at={at} />
        </li>
      ))}
    </ol>
  );
}
