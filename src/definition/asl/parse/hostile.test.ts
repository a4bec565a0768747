/** Whatever is handed in: an answer, never an exception, and every place that it names is a place. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../scope.ts';
import { MAX_DIAGNOSTICS } from './diagnostics.ts';
import { STATE_FIELDS } from './fields.ts';
import { compileMachine, compileState } from './machine.ts';
import { isObject } from './site.ts';
import { ARN, GRAPH, machineOf, PASS } from './testing.ts';

/** Whether a place leads to something in the definition, or to a member that an object there lacks. */
function leadsSomewhere(definition: Json, place: string): boolean {
  if (place === '' || place === '/') return true;
  if (Array.isArray(definition)) {
    const [whole = '', index] = /^\[(\d+)\]/.exec(place) ?? [];
    return (
      whole !== '' &&
      Number(index) < definition.length &&
      leadsSomewhere(definition[Number(index)] ?? null, place.slice(whole.length))
    );
  }
  if (!isObject(definition) || !place.startsWith('/')) return false;
  if (!/[/[]/.test(place.slice(1))) return true;
  return Object.keys(definition).some((name) => {
    const rest = place.slice(1 + name.length);
    return place.startsWith(`/${name}`) && /^(?:$|[/[])/.test(rest) && leadsSomewhere(definition[name] ?? null, rest);
  });
}

function check(definition: Json): void {
  const text = JSON.stringify(definition);
  const compiled = compileMachine(text, 'STANDARD');
  const diagnostics = compiled.ok ? compiled.warnings : compiled.diagnostics;
  expect(compiled.ok || diagnostics.some(({ severity }) => severity === 'ERROR')).toBe(true);
  expect(diagnostics.length).toBeLessThanOrEqual(MAX_DIAGNOSTICS);
  for (const { location, message } of diagnostics) {
    expect(leadsSomewhere(JSON.parse(text), location ?? ''), `${message} at ${location}`).toBe(true);
  }
  compileState(text);
}

const RETRY: Json = [{ ErrorEquals: ['A'], IntervalSeconds: 1, MaxDelaySeconds: 5 }, { ErrorEquals: ['States.ALL'] }];
const MAP = {
  Type: 'Map',
  ItemsPath: '$.items',
  ItemSelector: { 'a.$': '$$.Map.Item.Value', b: ['$.c', { 'd.$': 'States.UUID()' }] },
  ItemProcessor: { ...GRAPH, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' } },
  ItemReader: {
    Resource: 'arn:aws:states:::s3:getObject',
    Parameters: { Bucket: 'b' },
    ReaderConfig: { InputType: 'JSONL', MaxItems: 5 },
  },
  ItemBatcher: { MaxItemsPerBatch: 5 },
  ResultWriter: { WriterConfig: { OutputType: 'JSON', Transformation: 'COMPACT' } },
  ToleratedFailureCountPath: '$.n',
  Label: 'L',
  End: true,
};

/** Of every type, in both languages. */
const VALID: JsonObject[] = [
  {
    StartAt: 'Choose',
    States: {
      Choose: {
        Type: 'Choice',
        Choices: [
          { And: [{ Variable: '$.a', NumericEquals: 1 }, { Not: { Variable: '$.b', IsPresent: true } }], Next: 'Work' },
          { Variable: '$v', StringEqualsPath: '$.c', Next: 'Hold', Assign: { v: 1 } },
        ],
        Default: 'Lose',
      },
      Work: {
        Type: 'Task',
        Resource: ARN,
        Parameters: { 'Payload.$': '$' },
        Credentials: { 'RoleArn.$': '$.role' },
        TimeoutSecondsPath: '$.t',
        HeartbeatSeconds: 5,
        ResultSelector: { 'x.$': '$.Payload' },
        ResultPath: '$.out[0].x',
        Retry: RETRY,
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Lose' }],
        Next: 'Both',
      },
      Both: { Type: 'Parallel', Branches: [GRAPH, { StartAt: 'P', States: { P: PASS } }], Next: 'Hold' },
      Hold: { Type: 'Wait', SecondsPath: '$.s', Next: 'Win' },
      Win: { Type: 'Succeed', InputPath: '$.a' },
      Lose: { Type: 'Fail', ErrorPath: '$.e', Cause: 'because' },
    },
    TimeoutSeconds: 60,
    Version: '1.0',
  },
  machineOf(MAP),
  {
    QueryLanguage: 'JSONata',
    StartAt: 'Choose',
    States: {
      Choose: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $states.input.a %}', Next: 'Work', Output: { a: '{% 1 %}' } }],
        Default: 'Lose',
      },
      Work: {
        Type: 'Task',
        Resource: ARN,
        Arguments: { Payload: ['{% $states.input %}'] },
        TimeoutSeconds: '{% 5 %}',
        Output: '{% $states.result %}',
        Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput %}', Next: 'Lose' }],
        Next: 'Each',
      },
      Each: {
        Type: 'Map',
        Items: '{% [1] %}',
        ItemProcessor: GRAPH,
        MaxConcurrency: 2,
        Assign: { n: '{% $count($states.result) %}' },
        Next: 'Hold',
      },
      Hold: { Type: 'Wait', Timestamp: '{% $now() %}', End: true },
      Lose: { Type: 'Fail', Error: '{% "E" & $n %}' },
    },
  },
];

const FIELDS = Object.values(STATE_FIELDS).flatMap(({ both, JSONPath, JSONata }) => [...both, ...JSONPath, ...JSONata]);
const WORDS = [
  '',
  'Pass',
  'Choice',
  'X',
  'Lose',
  '$',
  '$.a',
  '$$.a',
  '$v',
  '$..a[?(@.b)]',
  'States.UUID()',
  'States.ALL',
  '{% $states.result %}',
  '{% 1 + %}',
  '{%',
  'JSONata',
  'DISTRIBUTED',
  '2026-02-30T00:00:00Z',
  'arn:aws:states:::s3:getObject.sync',
  '__proto__',
];
const leaf = fc.oneof(
  fc.constantFrom<Json>(...WORDS, null, true, false, 0, -1, 1.5, 1e300, 99_999_999),
  fc.string({ maxLength: 5 }),
);
const name = fc.constantFrom(...FIELDS, 'RoleArn', 'Mode', 'InputType', 'And', 'Not', 'a.$', '__proto__', 'toString');
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  ),
}));

type Edit = { steps: number[]; kind: 'replace' | 'remove' | 'add'; name: string; value: Json };
const edit: fc.Arbitrary<Edit> = fc.record({
  steps: fc.array(fc.nat(40), { maxLength: 8 }),
  kind: fc.constantFrom('replace', 'remove', 'add'),
  name,
  value,
});

/** The definition with one part of it changed, wherever the steps lead. */
function changed(node: Json, { steps: [step, ...steps], ...edit }: Edit): Json {
  if (typeof node !== 'object' || node === null) return edit.value;
  const entries = Object.entries(node);
  const [key, inner] = entries[(step ?? 0) % Math.max(entries.length, 1)] ?? [];
  if (step === undefined || key === undefined || inner === undefined) {
    return edit.kind === 'add' && isObject(node) ? { ...node, [edit.name]: edit.value } : edit.value;
  }
  const last = steps.length === 0 && edit.kind === 'remove';
  const kept = entries.flatMap(([other, part]) => {
    if (other !== key) return [[other, part] as const];
    return last ? [] : [[other, changed(part, { steps, ...edit })] as const];
  });
  return Array.isArray(node) ? kept.map(([, part]) => part) : Object.fromEntries(kept);
}

test('the machines that the others are made from are right', () => {
  for (const definition of VALID) {
    expect(compileMachine(JSON.stringify(definition), 'STANDARD')).toMatchObject({ ok: true });
  }
});

describe('an answer, and its places', () => {
  test('to any JSON', () => {
    fc.assert(fc.property(fc.oneof(fc.jsonValue() as fc.Arbitrary<Json>, value), check), { numRuns: 500 });
  });

  test('to machines that have been tampered with', () => {
    const tampered = fc.tuple(fc.constantFrom(...VALID), fc.array(edit, { minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(tampered, ([definition, edits]) => check(edits.reduce<Json>(changed, definition))),
      { numRuns: 1500 },
    );
  });

  test('to machines of one state of anything', () => {
    const state = fc.tuple(fc.constantFrom(...Object.keys(STATE_FIELDS)), fc.dictionary(name, value, { maxKeys: 8 }));
    fc.assert(
      fc.property(state, fc.boolean(), ([Type, fields], jsonata) =>
        check(machineOf({ ...fields, Type }, jsonata ? { QueryLanguage: 'JSONata' } : {})),
      ),
      { numRuns: 1000 },
    );
  });

  test('to any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        compileMachine(text, 'EXPRESS');
        compileState(text, 'X');
      }),
    );
  });
});

describe('a definition as deep as can be', () => {
  const LEVELS = 400_000;

  test.each([
    ['lists', '['.repeat(LEVELS)],
    ['objects', '{"a":'.repeat(LEVELS / 2)],
    ['branches', '{"StartAt":"A","States":{"A":{"Type":"Parallel","Branches":['.repeat(LEVELS / 40)],
  ])('%s', (_title, text) => {
    const compiled = compileMachine(text, 'STANDARD');
    expect(compiled.ok ? '' : compiled.diagnostics[0]?.message).toMatch(/^Document nesting depth \(1001\) exceeds/);
  });

  test.each(['And', 'Not'])('rules of %s', (kind) => {
    let rule: Json = { Variable: '$.a', IsNull: true };
    for (let depth = 0; depth < 450; depth += 1) rule = { [kind]: kind === 'Not' ? rule : [rule] };
    check(machineOf({ Type: 'Choice', Choices: [{ ...(rule as JsonObject), Next: 'X' }], Default: 'X' }));
  });

  test.each(['Parameters', 'Result', 'ItemSelector'])('%s', (field) => {
    let deep: Json = '$.a';
    for (let depth = 0; depth < 900; depth += 1) deep = { a: deep };
    check(machineOf({ ...PASS, [field]: deep }));
    check(machineOf({ ...PASS, Output: deep }, { QueryLanguage: 'JSONata' }));
  });
});
