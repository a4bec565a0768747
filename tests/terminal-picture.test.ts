import { describe, expect, it } from 'vitest';
import { play, svg, tidied } from '../scripts/terminal-picture.ts';

const shown = (recording: string, columns = 20, drop: RegExp[] = []) =>
  tidied(play(recording, columns), drop).map((cells) => cells.map(({ text }) => text).join(''));

describe('a recorded terminal', () => {
  it('shows what stood there at the end: drawn over, erased, moved', () => {
    expect(shown('one\r\ntwo\r\n\x1b[2A\x1b[Jthree\r\n')).toEqual(['three']);
    expect(shown('waiting\x1b[1G\x1b[0Kdone\r\n')).toEqual(['done']);
    expect(shown('\x1b[?25la\r\nb\x1b[1Ac\x1b[?25h')).toEqual(['ac', 'b']);
  });

  it('wraps where the terminal ended, and drops a wrapped line whole', () => {
    expect(shown('abcdefgh\r\nxy', 5)).toEqual(['abcde', 'fgh', 'xy']);
    expect(shown('abcdefgh\r\nxy', 5, [/^abc/])).toEqual(['xy']);
  });

  it('is drawn with its colours, each run of text at its column and in its width', () => {
    const picture = svg(tidied(play('a \x1b[36m<ok>\x1b[39m \x1b[1mb\x1b[22m', 20), []), 20, 'x & y');
    expect(picture).toContain('<title>x &amp; y</title>');
    expect(picture).toMatch(/<text x="38\.8" y="63" textLength="33\.6" fill="#0b6e75">&lt;ok&gt;<\/text>/);
    expect(picture).toMatch(/font-weight="700">b<\/text>/);
  });
});
