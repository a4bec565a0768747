/**
 * The recorded answers of AWS that need nothing but this folder: comparisons of choices, and states that pass a template on.
 * They lie beside the repository, if at all; without them, these tests are skipped.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../scope.ts';
import { compileChoiceTest, compilePath, compileReferencePath, compileTemplate, putAt } from './index.ts';
import { type Given, outcome, scopeOf } from './testing.ts';

type Recorded = {
  name: string;
  area: string;
  type?: string;
  definition: { States: Record<string, JsonObject>; StartAt: string };
  input: Json;
  expected: { status: string; output?: Json; historyEvents?: { executionFailedEventDetails?: { cause: string } }[] };
};

const folder = ['../../../../../shared', '../../../../../../shared']
  .map((beside) => path.resolve(import.meta.dirname, beside, 'conformance/step-functions'))
  .find((candidate) => existsSync(candidate));

function read(file: string): Recorded[] {
  return folder === undefined ? [] : JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
}

// The recorded cases are no part of the repository.
describe.skipIf(folder === undefined)('comparisons of choices as recorded on AWS', () => {
  it.each(read('choice-comparisons.json'))('$name', ({ definition, input, expected }) => {
    const choice = definition.States['CheckValues'] as unknown as { Choices: JsonObject[] };
    const compiled = compileChoiceTest(choice.Choices[0] ?? {});
    const holds = JSON.stringify(expected.output) === '{"TestResult.$":"ConditionTrue"}';
    expect(compiled.ok && compiled.evaluate(scopeOf(input))).toBe(holds);
  });
});

/** Cases of one Pass state of the JSONPath language that has Parameters. */
const passes = read('pure.json').flatMap((recorded) => {
  const [state] = Object.values(recorded.definition.States);
  const single = Object.keys(recorded.definition.States).length === 1;
  const apt = single && state?.['Type'] === 'Pass' && state['Parameters'] !== undefined && !state['Assign'];
  return apt ? [{ ...recorded, state: state ?? {} }] : [];
});

// The recorded cases are no part of the repository.
describe.skipIf(folder === undefined)('templates as recorded on AWS', () => {
  it.each(passes)('$name', ({ name, state, input, expected }) => {
    const context = { Execution: { Input: input } };
    const given = outcome(compileTemplate(state['Parameters'] ?? null, 'Parameters'), input, { context });
    if (expected.status === 'FAILED') {
      const cause = expected.historyEvents?.at(-1)?.executionFailedEventDetails?.cause ?? '';
      const said =
        'failure' in given ? given.failure.cause.replace(/in the input '.*'$/, "in the input '<json-input:1>'") : '';
      expect(cause.endsWith(`. ${said}`), `${cause} | ${said}`).toBe(true);
      return;
    }
    if (!('value' in given)) return expect(given).toHaveProperty('value');
    const output = outputOf(state, input, given.value, { context });
    if (/random|uuid/i.test(name))
      return expect(Object.keys(output as JsonObject)).toEqual(Object.keys(expected.output as JsonObject));
    expect(JSON.parse(JSON.stringify(output))).toEqual(expected.output);
  });

  it('are most of those of intrinsic functions', () => {
    expect(passes.filter(({ area }) => area === 'intrinsic_functions').length).toBeGreaterThan(70);
  });
});

function outputOf(state: JsonObject, input: Json, result: Json, given: Given): Json {
  const resultPath = compileReferencePath(String(state['ResultPath'] ?? '$'));
  const whole = resultPath.ok ? putAt(resultPath.path, input, result) : null;
  const selected = outcome(compilePath(String(state['OutputPath'] ?? '$'), 'OutputPath'), whole, given);
  return 'value' in selected ? selected.value : null;
}
