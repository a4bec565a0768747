/** What is said of a definition as a whole: its own fields, names, variables, where its states lead. */
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../scope.ts';
import { createMessage } from './diagnostics.ts';
import { compileMachine } from './machine.ts';
import { ARN, DISTRIBUTED, MAP, machineOf, oneOf, PASS, required, rows, said, saidOf } from './testing.ts';

describe('the definition itself', () => {
  test.each<[title: string, definition: unknown, ...diagnostics: string[]]>([
    ['nothing', ' ', 'Definition must be a valid JSON object @ -'],
    ['a list', '[]', 'Definition must be a valid JSON object @ -'],
    ['an empty object', {}, `${required('StartAt, States')} @ /`],
    [
      'no states',
      { StartAt: 'X', States: {} },
      'Value cannot be empty @ /States',
      "MISSING_TRANSITION_TARGET: Missing 'StartAt' target: X @ /StartAt",
    ],
    [
      'states of another kind',
      { StartAt: 1, States: [] },
      'Expected value of type String @ /StartAt',
      'Expected value of type Object @ /States',
    ],
    ['an unknown field', machineOf(PASS, { Startat: 'X' }), "Field 'Startat' is not supported @ /"],
    ['another version', machineOf(PASS, { Version: '2.0' }), `${oneOf('1.0')} @ /Version`],
    [
      'a timeout that is no whole number',
      machineOf(PASS, { TimeoutSeconds: 1.5 }),
      'Expected value of type Integer @ /TimeoutSeconds',
    ],
    [
      'another language',
      machineOf(PASS, { QueryLanguage: 'jsonata' }),
      `${oneOf('JSONPath, JSONata')} @ /QueryLanguage`,
    ],
    [
      'a language of another kind',
      machineOf(PASS, { QueryLanguage: 1 }),
      'Expected value of type String @ /QueryLanguage',
    ],
    ['a comment of another kind', machineOf(PASS, { Comment: {} }), 'Expected value of type String @ /Comment'],
    ['a state that is none', { StartAt: 'X', States: { X: [] } }, 'Expected value of type Object @ /States/X'],
  ])('%s', (_title, definition, ...diagnostics) => {
    expect(saidOf(definition as string)).toEqual(diagnostics);
  });

  test('more than 1,048,576 bytes', () => {
    const long = JSON.stringify(machineOf({ ...PASS, Comment: 'é'.repeat(524_288) }));
    expect(saidOf(long)).toEqual(['Definition must not be larger than 1048576 bytes @ -']);
  });

  test('all that is wrong is said at once, and in one sentence', () => {
    const compiled = compileMachine(JSON.stringify({ StartAt: 'Y', States: { X: { Type: 'Pass' } } }), 'STANDARD');
    expect(compiled.ok ? '' : createMessage(compiled.diagnostics)).toBe(
      "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: " +
        "[Next, End] at /States/X, MISSING_TRANSITION_TARGET: Missing 'StartAt' target: Y at /StartAt'",
    );
  });

  test('a graph inside that could never end', () => {
    const loop = { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'A' } } };
    expect(saidOf(machineOf({ Type: 'Map', ItemProcessor: loop, End: true }))).toEqual([
      'MISSING_END_STATE: Workflow has no terminal state @ /States/X/ItemProcessor',
    ]);
  });

  test('what has no place is said to be at null, as AWS says it', () => {
    const loop = { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } } };
    const compiled = compileMachine(JSON.stringify(loop), 'STANDARD');
    expect(compiled.ok ? '' : createMessage(compiled.diagnostics)).toBe(
      "Invalid State Machine Definition: 'MISSING_END_STATE: Workflow has no terminal state at null'",
    );
  });

  test('no more is said of a hostile definition than can be read', () => {
    const wrong = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, 1]));
    expect(saidOf({ ...machineOf(PASS), ...wrong })).toHaveLength(200);
  });
});

const assigning = (Assign: JsonObject) => ({ ...PASS, Assign });
const variable = (name: string, why: string) =>
  `INVALID_VARIABLE_NAME: Invalid variable name '${name}': ${why} @ /States/X/Assign/${name}`;

rows('Assign', {}, [
  ['a list', { ...PASS, Assign: [] }, 'Expected value of type Object @ /States/X/Assign'],
  [
    'states',
    assigning({ states: 1 }),
    "RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. @ /States/X/Assign/states",
  ],
  [
    'states, by a path',
    assigning({ 'states.$': '$' }),
    "RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. @ /States/X/Assign/states.$",
  ],
  ['a name with a dash', assigning({ 'a-b': 1 }), variable('a-b', 'the variable name contains invalid characters.')],
  [
    'a name that begins with a digit',
    assigning({ '1a': 1 }),
    variable('1a', 'the variable name contains invalid characters.'),
  ],
  [
    'a name of 81 characters',
    assigning({ ['v'.repeat(81)]: 1 }),
    variable('v'.repeat(81), 'the variable name exceeds 80 characters.'),
  ],
  ['names of every alphabet', assigning({ größe: 1, 変数: 2, _a1: 3 })],
]);

describe('variables inside and outside', () => {
  const inside = (Assign: JsonObject) => ({ StartAt: 'I', States: { I: assigning(Assign) } });
  const outside = (state: JsonObject) => ({
    StartAt: 'X',
    States: { X: { ...state, Next: 'Y', End: undefined }, Y: assigning({ a: 1 }) },
  });
  const lint = (definition: unknown) => saidOf(JSON.stringify(definition));

  test('what the machine assigns, no branch may', () => {
    expect(lint(outside({ Type: 'Parallel', Branches: [inside({ a: 1 }), inside({ b: 1 })] }))).toEqual([
      'DUPLICATE_STATE_NAME: Duplicate State name: I @ /States/X/Branches[1]/States/I',
      "INVALID_VARIABLE_NAME: Invalid variable name 'a': the variable is assigned in an outer scope. @ /States/X/Branches[0]/States/I/Assign/a",
    ]);
  });

  test('the items of a distributed map are executions of their own', () => {
    const ProcessorConfig = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };
    expect(lint(outside({ Type: 'Map', ItemProcessor: { ...inside({ a: 1 }), ProcessorConfig } }))).toEqual([]);
  });

  test('what the machine assigns, an inline map sees and a distributed one does not', () => {
    const reads = { StartAt: 'I', States: { I: { ...PASS, InputPath: '$a' } } };
    expect(lint(outside({ Type: 'Map', ItemProcessor: reads }))).toEqual([]);
    const ProcessorConfig = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };
    expect(lint(outside({ Type: 'Map', ItemProcessor: { ...reads, ProcessorConfig } }))).toEqual([
      "POSSIBLY_UNDEFINED_VARIABLE: Variable 'a' is possibly not defined. @ /States/X/ItemProcessor/States/I/InputPath",
    ]);
  });
});

describe('names', () => {
  test('of states: 80 characters, one of each in the whole machine, not empty', () => {
    const long = 's'.repeat(81);
    const definition = {
      StartAt: 'A',
      States: {
        A: { Type: 'Map', ItemProcessor: { StartAt: 'A', States: { A: PASS } }, Next: long },
        [long]: { Type: 'Pass', Next: '' },
        '': PASS,
      },
    };
    expect(saidOf(definition)).toEqual([
      'DUPLICATE_STATE_NAME: Duplicate State name: A @ /States/A/ItemProcessor/States/A',
      `INVALID_STATE_NAME: Invalid State name: ${long} exceeds the 80-character limit allowed by the service @ /States/${long}`,
      'INVALID_STATE_NAME: State name must not be empty @ /States/',
    ]);
  });

  test('of labels: one of each in the whole machine', () => {
    const map = { ...DISTRIBUTED, Label: 'L', End: undefined };
    const second = { ...map, ItemProcessor: { ...map.ItemProcessor, StartAt: 'Other', States: { Other: PASS } } };
    const definition = { StartAt: 'A', States: { A: { ...map, Next: 'B' }, B: { ...second, End: true } } };
    expect(saidOf(JSON.stringify(definition))).toEqual([
      'DUPLICATE_LABEL_NAME: Duplicate Label name: L @ /States/B/Label',
    ]);
  });

  test('that objects have by themselves', () => {
    const definition =
      '{"StartAt":"__proto__","States":{"__proto__":{"Type":"Pass","Next":"constructor"},"constructor":{"Type":"Pass","End":true}}}';
    expect(saidOf(definition)).toEqual([]);
  });
});

describe('transitions', () => {
  const missing = (to: string, at: string, field = 'Next') =>
    `MISSING_TRANSITION_TARGET: Missing '${field}' target: ${to} @ ${at}`;
  const unreachable = (name: string, at = `/States/${name}`) =>
    `MISSING_TRANSITION_TARGET: State "${name}" is not reachable. @ ${at}`;

  test('to states that are not there', () => {
    const states = {
      A: {
        Type: 'Task',
        Resource: ARN,
        Next: 'G1',
        Catch: [
          { ErrorEquals: ['States.ALL'], Next: 'C' },
          { ErrorEquals: ['E'], Next: 'G2' },
        ].reverse(),
      },
      C: {
        Type: 'Choice',
        Choices: [
          { Variable: '$.a', IsNull: true, Next: 'G3' },
          { Variable: '$.b', IsNull: true, Next: 'D' },
        ],
        Default: 'G4',
      },
      D: PASS,
    };
    expect(saidOf({ StartAt: 'A', States: states })).toEqual([
      missing('G1', '/States/A/Next'),
      missing('G2', '/States/A/Catch[0]/Next'),
      missing('G3', '/States/C/Choices[0]/Next'),
      missing('G4', '/States/C/Default'),
    ]);
  });

  test('as AWS says of a state that is missed and one that nothing leads to', () => {
    const definition = { StartAt: 'pass1', States: { pass1: { Type: 'Pass', Next: 'pass3' }, pass2: PASS } };
    const compiled = compileMachine(JSON.stringify(definition), 'STANDARD');
    expect(compiled.ok ? '' : createMessage(compiled.diagnostics)).toBe(
      "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: pass3 at /States/pass1/Next, " +
        'MISSING_TRANSITION_TARGET: State "pass2" is not reachable. at /States/pass2\'',
    );
  });

  test('in a circle that nothing leads to', () => {
    const definition = {
      StartAt: 'A',
      States: { A: PASS, B: { Type: 'Pass', Next: 'C' }, C: { Type: 'Pass', Next: 'B' } },
    };
    expect(saidOf(definition)).toEqual([unreachable('B'), unreachable('C')]);
  });

  test('in graphs inside', () => {
    const ghost = { StartAt: 'I', States: { I: PASS, Ghost: PASS } };
    expect(said({ ...MAP, ItemProcessor: ghost })).toEqual([
      unreachable('Ghost', '/States/X/ItemProcessor/States/Ghost'),
    ]);
    expect(said({ Type: 'Parallel', Branches: [ghost], End: true })).toEqual([
      unreachable('Ghost', '/States/X/Branches[0]/States/Ghost'),
    ]);
  });

  test('out of a graph and into another are none', () => {
    const inner = { StartAt: 'I', States: { I: { Type: 'Pass', Next: 'X' } } };
    expect(said({ ...MAP, ItemProcessor: inner })).toEqual([
      missing('X', '/States/X/ItemProcessor/States/I/Next'),
      'MISSING_END_STATE: Workflow has no terminal state @ /States/X/ItemProcessor',
    ]);
  });

  test('in circles are legal where there is an end', () => {
    const definition = {
      StartAt: 'A',
      States: {
        A: { Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, Next: 'A' }], Default: 'B' },
        B: { Type: 'Succeed' },
      },
    };
    expect(saidOf(definition)).toEqual([]);
  });

  test('of a state that cannot be read are not guessed at', () => {
    const definition = { StartAt: 'A', States: { A: { Type: 'Pas', Next: 'B' }, B: PASS } };
    expect(saidOf(definition)).toEqual([
      "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] @ /States/A/Type",
    ]);
  });
});

test('graphs within graphs, 51 deep', () => {
  let graph: JsonObject = { StartAt: 'S0', States: { S0: PASS } };
  for (let depth = 1; depth <= 51; depth += 1) {
    graph = { StartAt: `S${depth}`, States: { [`S${depth}`]: { ...MAP, ItemProcessor: graph } } };
  }
  const [first, ...more] = saidOf(graph);
  expect(more).toEqual([]);
  expect(first).toMatch(/^TOO_DEEPLY_NESTED: The states are too deeply nested @ (\/States\/S\d+\/ItemProcessor){51}$/);
});
