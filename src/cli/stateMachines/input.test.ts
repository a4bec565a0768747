/** What an execution is given, by --input and -p. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { executionInput } from './input.ts';

const folder = mkdtempSync(join(tmpdir(), 'telar-input-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe("an execution's input", () => {
  it("is the project's own, unless it is given, as JSON or as a file", () => {
    const file = join(folder, 'input.json');
    writeFileSync(file, '{"b": 2}\n');
    expect(executionInput('{"a":1}', undefined, {})).toBe('{"a":1}');
    expect(executionInput('{"a":1}', '[1, 2]', {})).toBe('[1, 2]');
    expect(JSON.parse(executionInput('{"a":1}', file, {}))).toEqual({ b: 2 });
  });

  it('has parameters as members, JSON where they are JSON and text where not', () => {
    const parameters = { n: '0.5', t: 'half', o: '{"x":1}', a: 'new' };
    expect(JSON.parse(executionInput('{"a":1,"k":2}', undefined, parameters))).toEqual({
      ...{ a: 'new', k: 2, n: 0.5, t: 'half', o: { x: 1 } },
    });
  });

  it('is refused where it is no JSON, and parameters where it is no object', () => {
    writeFileSync(join(folder, 'bad'), '{');
    expect(() => executionInput('{}', '{"a"', {})).toThrow(/neither JSON nor a file/);
    expect(() => executionInput('{}', join(folder, 'bad'), {})).toThrow(/holds no JSON/);
    expect(() => executionInput('{}', '[1]', { a: '1' })).toThrow(/no JSON object/);
  });
});
