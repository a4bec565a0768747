/** Payload templates. */
import { describe, expect, it } from 'vitest';
import { compileTemplate } from './template.ts';
import { outcome, scopeOf } from './testing.ts';

describe('a template', () => {
  it('evaluates members whose names end in .$, at any depth and in lists, and passes all else on', () => {
    const template = {
      'a.$': '$.x',
      'b.$': "States.Format('{}-{}', $.x, $name)",
      c: { d: '$.x', 'e.$': '$$.Id', f: [1, { 'g.$': '$' }] },
      h: 'States.UUID()',
      '.$': '$.x',
    };
    const given = { context: { Id: 'id' }, variables: { name: 'n' } };
    expect(outcome(compileTemplate(template, 'Parameters'), { x: 1 }, given)).toEqual({
      value: { a: 1, b: '1-n', c: { d: '$.x', e: 'id', f: [1, { g: { x: 1 } }] }, h: 'States.UUID()', '': 1 },
    });
  });

  it('shares what is constant among evaluations', () => {
    const constant = { list: [1, { a: 2 }] };
    const compiled = compileTemplate({ constant, 'x.$': '$' }, 'Parameters');
    const whole = compileTemplate(constant, 'Parameters');
    const evaluated = compiled.ok ? compiled.evaluate(scopeOf(1)) : null;
    expect(evaluated).toHaveProperty('constant', constant);
    expect((evaluated as { constant: unknown }).constant).toBe(constant);
    expect(whole.ok && whole.evaluate(scopeOf(1))).toBe(constant);
  });

  it('names every variable once', () => {
    const compiled = compileTemplate({ 'a.$': '$b', c: [{ 'd.$': 'States.Array($a, $b.x)' }] }, 'Parameters');
    expect(compiled.ok && compiled.variables).toEqual(['a', 'b']);
  });

  it('says of each member that cannot be read which it is, and in which object', () => {
    const template = { 'a.$': 'x', b: { 'c.$': 1, 'd/e': [{ 'f.$': '$.' }] }, 'g.$': '$.fine' };
    const message = (name: string) =>
      `The value for the field '${name}' must be a valid JSONPath or a valid intrinsic function call`;
    expect(compileTemplate(template, 'Parameters')).toEqual({
      ok: false,
      problems: [
        { at: '', message: message('a.$') },
        { at: '/b', message: message('c.$') },
        { at: '/b/d~1e/0', message: message('f.$') },
      ],
    });
  });

  it('has members called __proto__ as others', () => {
    const given = outcome(compileTemplate(JSON.parse('{"__proto__.$":"$","a":1}'), 'Parameters'), { polluted: 1 });
    expect(JSON.stringify(given)).toBe('{"value":{"__proto__":{"polluted":1},"a":1}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('is refused when it is nested without end', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(compileTemplate(deep, 'Parameters').ok).toBe(false);
  });
});
