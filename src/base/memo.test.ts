import { describe, expect, it } from 'vitest';
import { memo } from './memo.ts';

describe('memo', () => {
  it('computes once for each text, also where the value is undefined', () => {
    const asked: string[] = [];
    const remembered = memo(10, (text) => {
      asked.push(text);
      return text === 'nothing' ? undefined : text.length;
    });
    expect(['abc', 'nothing', 'abc', 'nothing'].map(remembered)).toEqual([3, undefined, 3, undefined]);
    expect(asked).toEqual(['abc', 'nothing']);
  });

  it('forgets the oldest beyond its limit, and nothing of a failure', () => {
    let made = 0;
    const remembered = memo(2, (text) => {
      made += 1;
      if (text === 'bad') throw new Error('bad');
      return text;
    });
    for (const text of ['a', 'b', 'c', 'b', 'c']) remembered(text);
    expect(made).toBe(3);
    remembered('a');
    expect(made).toBe(4);
    expect(() => remembered('bad')).toThrow('bad');
    expect(() => remembered('bad')).toThrow('bad');
  });
});
