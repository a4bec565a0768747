/** What is said of states by themselves. */
import { expect, test } from 'vitest';
import {
  choices,
  END,
  exactly,
  GRAPH,
  INLINE,
  JSONATA,
  KINDS,
  MAP,
  only,
  other,
  PASS,
  type Row,
  required,
  rows,
  said,
  TASK,
  WAIT,
} from './testing.ts';

rows('states of every type', {}, [
  ['no type', { End: true }, `${required('Type')} @ /States/X`],
  [
    'another type',
    { Type: 'pass', End: true },
    "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] @ /States/X/Type",
  ],
  ['a field of another type', { ...PASS, Retry: [] }, "Field 'Retry' is not supported @ /States/X"],
  [
    'a field of no type',
    { ...PASS, Constructor: 1, toString: 2 },
    "Field 'Constructor' is not supported @ /States/X",
    "Field 'toString' is not supported @ /States/X",
  ],
  ['neither Next nor End', { Type: 'Pass' }, `${exactly('Next, End')} @ /States/X`],
  ['End that is false', { Type: 'Pass', End: false }, `${exactly('Next, End')} @ /States/X`],
  ['both Next and End', { ...PASS, Next: 'X' }, `${only('Next, End')} @ /States/X`],
  ['End that is no truth value', { Type: 'Pass', End: 'true' }, 'Expected value of type Boolean @ /States/X/End'],
  ['Succeed that ends', { Type: 'Succeed', End: true }, "Field 'End' is not supported @ /States/X"],
  ['a path that is none', { ...PASS, InputPath: 'a' }, 'Value must be a valid JSONPath. @ /States/X/InputPath'],
  ['a path of another kind', { ...PASS, OutputPath: {} }, 'Expected value of type String @ /States/X/OutputPath'],
  [
    'a result path that leads to many places',
    { ...PASS, ResultPath: '$.a[*]' },
    'Value is not a Reference Path: It must lead to one place: names and indices alone, without @ , : ? * .. and functions @ /States/X/ResultPath',
  ],
  ['paths that are null', { ...PASS, InputPath: null, OutputPath: null, ResultPath: null }],
  [
    'a template',
    { ...PASS, Parameters: { a: [{ 'b.$': 'c' }] } },
    "The value for the field 'b.$' must be a valid JSONPath or a valid intrinsic function call @ /States/X/Parameters/a[0]",
  ],
]);

rows('fields of the other language, JSONPath', {}, [
  ['Output', { ...PASS, Output: {} }, `${other('JSONPath', 'Output')} @ /States/X`],
  ['Arguments', { ...TASK, Arguments: {} }, `${other('JSONPath', 'Arguments')} @ /States/X`],
  ['Items', { ...INLINE, Items: [] }, `${other('JSONPath', 'Items')} @ /States/X`],
  [
    'Condition',
    { Type: 'Choice', Choices: [{ Condition: true, Next: 'X' }], Default: 'X' },
    `${other('JSONPath', 'Condition')} @ /States/X/Choices[0]`,
    'MISSING_END_STATE: Workflow has no terminal state @ -',
  ],
  [
    'of a state alone',
    { ...PASS, ...JSONATA, Output: {}, Parameters: {} },
    `${other('JSONata', 'Parameters')} @ /States/X`,
  ],
]);

rows('fields of the other language, JSONata', JSONATA, [
  [
    'many',
    { ...TASK, InputPath: '$', Parameters: {}, ResultPath: '$', TimeoutSecondsPath: '$.a' },
    ...['InputPath', 'Parameters', 'ResultPath', 'TimeoutSecondsPath'].map(
      (field) => `${other('JSONata', field)} @ /States/X`,
    ),
  ],
  ['Result', { ...PASS, Result: 1 }, `${other('JSONata', 'Result')} @ /States/X`],
  [
    'Variable',
    { Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, Next: 'X' }] },
    `${other('JSONata', 'Variable')} @ /States/X/Choices[0]`,
    'MISSING_END_STATE: Workflow has no terminal state @ -',
  ],
  [
    'the language itself',
    { ...PASS, QueryLanguage: 'JSONPath' },
    "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine @ /States/X",
  ],
  [
    'a processor that names a language',
    { ...MAP, ItemProcessor: { ...GRAPH, ...JSONATA } },
    "Field 'QueryLanguage' is not supported @ /States/X/ItemProcessor",
  ],
]);

test('a map that names JSONata leaves the states inside in the language of the machine', () => {
  const inner = { StartAt: 'Inner', States: { Inner: { ...PASS, Output: 1 } } };
  expect(said({ ...MAP, ...JSONATA, ItemProcessor: inner })).toEqual([
    `${other('JSONPath', 'Output')} @ /States/X/ItemProcessor/States/Inner`,
  ]);
});

rows('JSONata', JSONATA, [
  [
    'an expression that breaks off',
    { ...PASS, Output: '{% 1 + %}' },
    'INVALID_JSONATA_EXPRESSION: Unexpected end of expression @ /States/X/Output',
  ],
  [
    'a name that means nothing at the top',
    { ...PASS, Output: { v: '{% phone %}' } },
    "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. @ /States/X/Output/v",
  ],
  [
    'the whole document',
    { ...PASS, Output: ['{% $$ %}'] },
    "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$$' is not supported. @ /States/X/Output[0]",
  ],
  [
    'a field of $states that there is not',
    { ...PASS, Output: '{% $states.foo %}' },
    "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.foo' does not exist. @ /States/X/Output",
  ],
  [
    'an expression that is not closed',
    { ...PASS, Output: { a: '{% 1 ' } },
    'JSONata string must start with {% and end with %} @ /States/X/Output/a',
  ],
  [
    'a result that there is none of',
    { ...PASS, Output: { a: '{% $states.result %}' } },
    "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.result' does not exist. @ /States/X/Output/a",
  ],
  [
    'an error outside of a catcher',
    { ...TASK, Assign: { a: '{% $states.errorOutput.Cause %}' } },
    "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.errorOutput' does not exist. @ /States/X/Assign/a",
  ],
  [
    'a result before there is one',
    { ...TASK, Arguments: ['{% $states . result %}'] },
    "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.result' does not exist. @ /States/X/Arguments[0]",
  ],
  [
    'both where they are',
    {
      ...TASK,
      Output: '{% $states.result %}',
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'X', Output: '{% $states.errorOutput %}' }],
    },
  ],
  [
    'in texts and comments',
    { ...PASS, Output: '{% "$states.result" & \'$states.errorOutput\' /* $states.result */ %}' },
  ],
  [
    'a number where an expression could be',
    { ...TASK, TimeoutSeconds: '10' },
    'Expected value of type Integer @ /States/X/TimeoutSeconds',
  ],
  [
    'a condition that is a text',
    { Type: 'Choice', Choices: [{ Condition: 'true', Next: 'X' }] },
    'Expected value of type Boolean @ /States/X/Choices[0]/Condition',
    'MISSING_END_STATE: Workflow has no terminal state @ -',
  ],
  ['items that are none', { ...INLINE, Items: 'all' }, 'Expected value of type Array @ /States/X/Items'],
]);

rows('Wait', {}, [
  ['no time', WAIT, `${exactly('SecondsPath, Seconds, TimestampPath, Timestamp')} @ /States/X`],
  [
    'two times',
    { ...WAIT, Seconds: 1, TimestampPath: '$.a' },
    `${only('SecondsPath, Seconds, TimestampPath, Timestamp')} @ /States/X`,
  ],
  ['seconds below 0', { ...WAIT, Seconds: -1 }, 'Minimum value is 0 @ /States/X/Seconds'],
  ['seconds above 99,999,999', { ...WAIT, Seconds: 100_000_000 }, 'Maximum value is 99999999 @ /States/X/Seconds'],
  ['half a second', { ...WAIT, Seconds: 0.5 }, 'Expected value of type Integer @ /States/X/Seconds'],
  ...['2016-12-05 21:29:29Z', '2016-12-05T21:29:29', '2016-13-05T21:29:29Z', '2016-02-30T00:00:00Z', '$.a'].map(
    (Timestamp): Row => [
      Timestamp,
      { ...WAIT, Timestamp },
      'String does not match RFC3339 timestamp @ /States/X/Timestamp',
    ],
  ),
]);

rows('Fail', {}, [
  [
    'both kinds of error',
    { Type: 'Fail', Error: 'E', ErrorPath: '$.a', Cause: 'C', CausePath: '$.b' },
    `${only('Error, ErrorPath')} @ /States/X`,
    `${only('Cause, CausePath')} @ /States/X`,
  ],
  ['an intrinsic function', { Type: 'Fail', ErrorPath: "States.Format('{}', $.a)", CausePath: 'States.UUID()' }],
  [
    'what is neither',
    { Type: 'Fail', CausePath: 'C' },
    "The value for the field 'CausePath' must be a valid JSONPath or a valid intrinsic function call @ /States/X/CausePath",
  ],
  [
    'a text that looks like a path',
    { Type: 'Fail', Error: '$.error' },
    "NO_PATH: Field value looks like a path, but field name does not end with 'Path': Error @ /States/X/Error",
  ],
]);

rows('Choice', {}, [
  ['no rules', { Type: 'Choice' }, `${required('Choices')} @ /States/X`, END],
  ['none in the list', choices(), 'Value cannot be empty @ /States/X/Choices', END],
  ['no target', choices({ Variable: '$.a', IsNull: true }), `${required('Next')} @ /States/X/Choices[0]`, END],
  ['no comparison', choices({ Next: 'X' }), `${KINDS} @ /States/X/Choices[0]`, END],
  [
    'two kinds',
    choices({ Next: 'X', Not: { Variable: '$.a', IsNull: true }, Variable: '$.b', IsNull: true }),
    `${KINDS} @ /States/X/Choices[0]`,
    END,
  ],
  [
    'a target inside',
    choices({ Next: 'X', And: [{ Variable: '$.a', IsNull: true, Next: 'X' }] }),
    "Field 'Next' is not supported @ /States/X/Choices[0]/And[0]",
    END,
  ],
  [
    'a variable that is no path',
    choices({ Next: 'X', Variable: 'a', IsNull: true }),
    "Value is not a Reference Path: Reference path didn't start with '$' @ /States/X/Choices[0]/Variable",
    END,
  ],
  [
    'a comparison with what looks like a path',
    choices({ Next: 'X', Variable: '$.a', StringEquals: '$.b' }),
    "NO_PATH: Field value looks like a path, but field name does not end with 'Path': StringEquals @ /States/X/Choices[0]/StringEquals",
    END,
  ],
]);

rows('warnings', {}, [
  [
    'a path without .$',
    { ...PASS, Parameters: { a: '$.b', c: { d: 'States.UUID()', 'e.$': '$.f' }, g: 'costs $5' } },
    'NO_DOLLAR: No .$ on a field that appears to be a JSONPath or Intrinsic Function: a @ /States/X/Parameters',
    'NO_DOLLAR: No .$ on a field that appears to be a JSONPath or Intrinsic Function: d @ /States/X/Parameters/c',
  ],
  [
    'a path in a result',
    { ...PASS, Result: { 'a.$': '$.b' } },
    'PASS_RESULT_IS_STATIC: The Result of a Pass state is static: a path in it is not evaluated @ /States/X/Result',
  ],
  [
    'a variable that nothing assigns',
    { ...PASS, InputPath: '$nothing.a' },
    "POSSIBLY_UNDEFINED_VARIABLE: Variable 'nothing' is possibly not defined. @ /States/X/InputPath",
  ],
]);
