/** What fields say of their paths: when they are compiled, and when nothing is there. */
import { describe, expect, it } from 'vitest';
import { compilePath } from './path.ts';
import { outcome } from './testing.ts';

describe('a path at which there is nothing', () => {
  it.each([
    ['InputPath', '$.a', "Invalid path '$.a' : No results for path: $['a']"],
    ['OutputPath', '$.a.b', "Invalid path '$.a.b' : Missing property in path $['a']"],
    ['TimeoutSecondsPath', '$.a', "Invalid path '$.a' : No results for path: $['a']"],
    ['ItemsPath', '$.a', 'Unable to apply step "a" to input {"x":[1]}'],
    ['SecondsPath', '$.a', 'The SecondsPath parameter does not reference an input value: $.a'],
    ['TimestampPath', '$.a', 'The TimestampPath parameter does not reference an input value: $.a'],
    ['Variable', '$.a', "Invalid path '$.a': The choice state's condition path references an invalid value."],
    [
      'ErrorPath',
      '$.a',
      "The JSONPath '$.a' specified for the field 'ErrorPath' could not be found in the input '{\"x\":[1]}'",
    ],
    [
      'value.$',
      '$.a',
      "The JSONPath '$.a' specified for the field 'value.$' could not be found in the input '{\"x\":[1]}'",
    ],
    [
      'value.$',
      '$$.a',
      "The JSONPath '$$.a' specified for the field 'value.$' could not be found in the input '{\"Id\":1}'",
    ],
    [
      'value.$',
      '$gone',
      "The JSONPath '$gone' specified for the field 'value.$' could not be found in the input '{\"x\":[1]}'",
    ],
  ])('is an error of %s: %s', (field, text, cause) => {
    const given = outcome(compilePath(text, field), { x: [1] }, { context: { Id: 1 } });
    expect(given).toEqual({ failure: { error: 'States.Runtime', cause } });
  });

  it('is null when it is an item that the list does not have', () => {
    expect(outcome(compilePath('$.x[5]', 'value.$'), { x: [1] })).toEqual({ value: null });
    expect(outcome(compilePath('$.x[5].y', 'value.$'), { x: [1] })).toHaveProperty('failure');
  });
});

describe('a text that is no path', () => {
  it.each([
    ['InputPath', 'Value must be a valid JSONPath.'],
    ['ErrorPath', "The value for the field 'ErrorPath' must be a valid JSONPath or a valid intrinsic function call"],
    ['value.$', "The value for the field 'value.$' must be a valid JSONPath or a valid intrinsic function call"],
  ])('is a problem of %s', (field, message) => {
    expect(compilePath('nothing', field)).toEqual({ ok: false, problems: [{ at: '', message }] });
  });
});

describe('an intrinsic function', () => {
  it('may stand in ErrorPath, CausePath and members of templates alone', () => {
    const compile = (field: string) => compilePath("States.Format('{}!', $)", field);
    for (const field of ['ErrorPath', 'CausePath', 'a.$']) expect(outcome(compile(field), 1)).toEqual({ value: '1!' });
    for (const field of ['InputPath', 'Variable', 'ItemsPath']) expect(compile(field).ok).toBe(false);
  });
});
