import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, duration, millisOf, NOTHING, number, percent, relative, shortName } from './format.ts';

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [420, '420 ms'],
    [3210, '3.2 s'],
    [9949, '9.9 s'],
    [9950, '10 s'],
    [59_600, '1 min 00 s'],
    [245_000, '4 min 05 s'],
    [7_380_000, '2 h 03 min'],
    [273_600_000, '3 d 4 h'],
    [-5000, '−5.0 s'],
    [Number.NaN, NOTHING],
  ])('%d ms reads %s', (millis, text) => expect(duration(millis)).toBe(text));
});

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1_048_575, '1.0 MiB'],
    [104_857_600, '100 MiB'],
    [5 * 1024 ** 4, '5.0 TiB'],
  ])('%d reads %s', (count, text) => expect(bytes(count)).toBe(text));
});

describe('numbers', () => {
  it.each([
    [0, '0'],
    [0.123456, '0.1235'],
    [1234.5678, '1,235'],
    [12345.678, '12,346'],
    [1_234_567, '1,234,567'],
    [0.0000001234, '1.234e-7'],
    [1e20, '1.000e20'],
    [Number.NaN, NOTHING],
    [Number.NEGATIVE_INFINITY, '−∞'],
  ])('%d reads %s', (value, text) => expect(number(value)).toBe(text));

  it('of any size is short', () => {
    fc.assert(fc.property(fc.double(), (value) => number(value).length <= 20));
  });
});

it.each([
  [0, '0 %'],
  [0.1234, '12.3 %'],
  [0.9999, '> 99.9 %'],
  [0.0001, '< 0.1 %'],
  [1, '100 %'],
])('the share %d reads %s', (share, text) => expect(percent(share)).toBe(text));

describe('relative times', () => {
  const now = Date.parse('2026-11-27T12:00:00Z');
  it.each([
    [now - 3000, 'now'],
    [now - 59_000, '59 s ago'],
    [now + 240_000, 'in 4 min'],
    [now - 7_300_000, '2 h ago'],
    [now - 3 * 86_400_000, '3 d ago'],
    ['2025-01-02T12:00:00Z', '2 Jan 2025'],
    ['rubbish', NOTHING],
  ])('%s', (at, text) => expect(relative(at, now)).toBe(text));

  it('reads the seconds of AWS’s JSON as it reads milliseconds', () => {
    expect(millisOf(now / 1000)).toBe(now);
    expect(millisOf(now)).toBe(now);
    expect(millisOf(new Date(now))).toBe(now);
  });
});

it.each([
  ['arn:aws:sagemaker:eu-west-1:000000000000:pipeline/churn/execution/abc', 'abc'],
  ['arn:aws:sagemaker:eu-west-1:000000000000:model-package/churn/12', 'churn v12'],
  ['arn:aws:states:eu-west-1:000000000000:stateMachine:nightly', 'nightly'],
  ['arn:aws:s3:::bucket', 'bucket'],
  ['churn', 'churn'],
  ['arn:', 'arn:'],
])('%s is called %s', (arn, name) => expect(shortName(arn)).toBe(name));
