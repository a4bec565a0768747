import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_PROBLEMS } from './limits.ts';
import { parsePipeline } from './parse.ts';
import type { Plan } from './plan.ts';
import type { Json, Problem } from './types.ts';

const SDK_DOCUMENT = readFileSync(new URL('./sdk-v2.fixture.json', import.meta.url), 'utf8');

type Fields = { [key: string]: Json };

function definition(steps: Json, more: Fields = {}): string {
  return JSON.stringify({ Version: '2020-12-01', Steps: steps, ...more });
}
function processing(name: string, more: Fields = {}): Fields {
  return { Name: name, Type: 'Processing', Arguments: {}, ...more };
}
function training(name: string, environment: Json): Fields {
  return { Name: name, Type: 'Training', Arguments: { Environment: environment } };
}
const get = (text: string): Fields => ({ Get: text });

function planOf(text: string): Plan {
  const parsed = parsePipeline(text);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems, null, 2));
  return parsed.plan;
}
function problemsOf(text: string): Problem[] {
  const parsed = parsePipeline(text);
  return 'problems' in parsed ? parsed.problems : [];
}

describe('a document that the SageMaker Python SDK wrote', () => {
  const plan = planOf(SDK_DOCUMENT);
  const upstream = (name: string) =>
    plan.steps[plan.byName.get(name)!]!.upstream.map((index) => plan.steps[index]!.name).sort();

  test('is accepted, and every step planned', () => {
    expect(plan.steps.map(({ step }) => step.Type).sort()).toEqual(
      [
        'Callback',
        'Condition',
        'Fail',
        'Lambda',
        'Lambda',
        'Model',
        'Processing',
        'Processing',
        'RegisterModel',
      ].concat(['Training', 'Transform', 'Tuning']),
    );
    expect([...plan.parameters.keys()]).toEqual(['InputUri', 'Threshold', 'Count', 'Flag', 'Mode', 'Req']);
  });
  test('waits for references, DependsOn and conditions', () => {
    expect(upstream('Eval')).toEqual(['Prep', 'Train', 'Tune']);
    expect(upstream('CB')).toEqual(['L']);
    expect(upstream('Gate')).toEqual(['Eval']);
    expect(upstream('After')).toEqual(['Gate']);
    expect(upstream('Transform')).toEqual(['Create-CreateModel', 'Gate']);
  });
  test('keeps the side of its branches', () => {
    const condition = plan.byName.get('Gate')!;
    expect(plan.steps[plan.byName.get('Transform')!]!.branch).toEqual({ condition, side: 'if' });
    expect(plan.steps[plan.byName.get('Fail')!]!.branch).toEqual({ condition, side: 'else' });
    expect(plan.steps[plan.byName.get('After')!]!.branch).toBeUndefined();
  });
});

test('names all problems at once, whichever part they are in', () => {
  const problems = problemsOf(
    definition(
      [
        processing('a', { Bad: 1, DependsOn: ['nowhere'] }),
        processing('a'),
        training('b', { X: get('Parameters.P'), Y: get('Steps.a.ProcessingJobArn') }),
      ],
      { Version: '1', Parameters: [{ Name: 'Q', Type: 'Integer', DefaultValue: 'x' }] },
    ),
  );
  expect(problems.map(({ rule }) => rule).sort()).toEqual(
    ['default-type', 'duplicate-step', 'unknown-key', 'unknown-parameter', 'unknown-step', 'version'].sort(),
  );
});

test('says how many problems it left out', () => {
  const problems = problemsOf(definition(Array.from({ length: 5000 }, () => 0)));
  expect(problems).toHaveLength(MAX_PROBLEMS + 1);
  expect(problems.at(-1)).toMatchObject({ path: '$', message: expect.stringContaining(`${5000 - MAX_PROBLEMS} more`) });
});

test('a chain of 2,000 steps is planned in its order', () => {
  const steps = Array.from({ length: 2000 }, (_, i) =>
    training(`s${i}`, i < 1999 ? { Before: get(`Steps.s${i + 1}.TrainingJobName`) } : {}),
  );
  expect(planOf(definition(steps)).steps.map(({ name }) => name)).toEqual(steps.map((step) => step['Name']).reverse());
});

test('never throws: a real document with any one value replaced', () => {
  const document = JSON.parse(SDK_DOCUMENT) as Json;
  const places: [Json[] | Fields, string][] = [];
  const walk = (value: Json): void => {
    if (value === null || typeof value !== 'object') return;
    for (const key of Object.keys(value)) places.push([value, key]);
    for (const child of Object.values(value)) walk(child);
  };
  walk(document);
  fc.assert(
    fc.property(fc.nat({ max: places.length - 1 }), fc.jsonValue({ maxDepth: 2 }), (at, value) => {
      const [parent, key] = places[at]! as [Fields, string];
      const before = parent[key]!;
      parent[key] = value as Json;
      const problems = problemsOf(JSON.stringify(document));
      parent[key] = before;
      for (const { path, message } of problems) {
        expect(path).toMatch(/^\$/);
        expect(message).toMatch(/[.?]$/);
      }
    }),
  );
});

test('never throws: texts, JSON, and JSON that is nearly a definition', () => {
  const keys = fc.constantFrom(
    'Name',
    'Type',
    'Arguments',
    'Steps',
    'Get',
    'Std:Join',
    'Std:JsonGet',
    'Conditions',
    '__proto__',
  );
  const words = fc.constantFrom('a', 'Condition', 'Processing', 'Steps.a.X', 'Parameters.', "Steps.a.B['", 'Or', 'Not');
  const { value: near } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 6 }, words, fc.jsonValue(), fc.array(tie('value')), fc.dictionary(keys, tie('value'))),
  }));
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parsePipeline(text)));
  fc.assert(fc.property(fc.json(), (text) => void parsePipeline(text)));
  fc.assert(
    fc.property(fc.array(near), fc.jsonValue(), (steps, parameters) => {
      const text = JSON.stringify({ Version: '2020-12-01', Parameters: parameters, Steps: steps });
      const parsed = parsePipeline(text);
      expect('plan' in parsed || parsed.problems.length > 0).toBe(true);
    }),
    { numRuns: 500 },
  );
});
