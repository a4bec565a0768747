import { describe, expect, it } from 'vitest';
import { instantOf } from './timestamp.ts';

describe('a timestamp', () => {
  it.each([
    ['2016-12-05T21:29:29Z', Date.UTC(2016, 11, 5, 21, 29, 29)],
    ['2016-12-05T21:29:29.5Z', Date.UTC(2016, 11, 5, 21, 29, 29, 500)],
    ['2016-12-05T23:29:29+02:00', Date.UTC(2016, 11, 5, 21, 29, 29)],
    ['2016-12-05T20:59:29-00:30', Date.UTC(2016, 11, 5, 21, 29, 29)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['0099-01-01T00:00:00Z', Date.parse('0099-01-01T00:00:00Z')],
  ])('%s is an instant', (text, instant) => expect(instantOf(text)).toBe(instant));

  it.each([
    '2016-12-05 21:29:29Z',
    '2016-12-05T21:29:29',
    '2016-12-05T25:29:29Z',
    '05-12-2016T21:29:29Z',
    '2023-02-29T00:00:00Z',
    '2023-13-01T00:00:00Z',
    '2023-01-01T00:60:00Z',
    '2023-01-01T00:00:00z',
    '2023-01-01',
    '',
  ])('%s is none', (text) => expect(instantOf(text)).toBeUndefined());
});
