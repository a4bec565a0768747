/** Recorded answers of AWS to machines of one Pass state in JSONata: their output, or their error and cause. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isStatesError } from '../failure.ts';
import type { Json } from '../scope.ts';
import { compileJsonataTemplate } from './template.ts';
import { scopeOf } from './testing.ts';

const RECORDED = new URL('../../../../../shared/conformance/step-functions/pure.json', import.meta.url);

type Recorded = {
  name: string;
  definition: {
    States: Record<string, { Type: string; QueryLanguage?: string; Output?: Json }>;
    QueryLanguage?: string;
  };
  input?: Json;
  timeDependent?: boolean;
  expected: { status: string; output?: Json; error?: string; cause?: string };
};

const recorded = existsSync(RECORDED) ? (JSON.parse(readFileSync(RECORDED, 'utf8')) as Recorded[]) : [];
const cases = recorded.flatMap(({ name, definition, input, expected, timeDependent }) => {
  const [state, ...others] = Object.values(definition.States);
  const jsonata = (state?.QueryLanguage ?? definition.QueryLanguage) === 'JSONata';
  const plain =
    jsonata && others.length === 0 && state?.Type === 'Pass' && state.Output !== undefined && !timeDependent;
  const readsContext = JSON.stringify(state ?? {}).includes('$states.context');
  return plain && !readsContext ? [{ name, output: state.Output as Json, input: input ?? {}, expected }] : [];
});

// The recorded answers are kept beside the repository, not in it.
describe.skipIf(cases.length === 0)('a recorded Pass state', () => {
  it.each(cases)('$name', ({ output, input, expected }) => {
    const compiled = compileJsonataTemplate(output, 'Output');
    if (!compiled.ok) throw new Error(compiled.problems[0]?.message);
    try {
      expect(compiled.evaluate(scopeOf(input))).toEqual(expected.output);
    } catch (error) {
      if (!isStatesError(error)) throw error;
      expect({ error: error.failure.error, status: 'FAILED' }).toEqual({
        error: expected.error,
        status: expected.status,
      });
      expect(expected.cause).toContain(error.failure.cause);
    }
  });
});
