import { describe, expect, it } from 'vitest';
import { makeStyle } from './style.ts';

const style = (environment: Record<string, string>, isTTY = true) =>
  makeStyle({ isTTY, environment, platform: 'linux' });
const COLOURED = '\u001b[36mx\u001b[39m';

describe('colours', () => {
  it.each([
    [{}, true, COLOURED],
    [{}, false, 'x'],
    [{ NO_COLOR: '1' }, true, 'x'],
    [{ NO_COLOR: '' }, true, COLOURED],
    [{ TERM: 'dumb' }, true, 'x'],
    [{ FORCE_COLOR: '1' }, false, COLOURED],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true, 'x'],
    [{ FORCE_COLOR: '0' }, true, 'x'],
  ])('%o on a terminal: %s', (environment, isTTY, shown) => {
    expect(style(environment, isTTY).accent('x')).toBe(shown);
  });
});

describe('symbols', () => {
  it('are ASCII unless the locale is UTF-8', () => {
    expect(style({ LANG: 'en_US.UTF-8' }).symbols.done).toBe('✓');
    const others: Record<string, string>[] = [
      {},
      { LANG: 'C' },
      { LANG: 'en_US.UTF-8', LC_ALL: 'C' },
      { LANG: 'C.UTF-8', TERM: 'linux' },
    ];
    for (const environment of others) {
      const { spinner, ...symbols } = style(environment).symbols;
      for (const symbol of [...Object.values(symbols), ...spinner]) expect(symbol).toMatch(/^[ -~]+$/);
    }
  });
});
