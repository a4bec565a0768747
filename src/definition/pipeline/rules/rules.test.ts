/** Every rule has its line here: a document that breaks it, and what is then said, where. */
import { describe, expect, test } from 'vitest';
import { parsePipeline } from '../parse.ts';
import type { Json, Problem } from '../types.ts';

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
function gate(conditions: Json, more: Fields = {}, name = 'gate'): Fields {
  return { Name: name, Type: 'Condition', Arguments: { Conditions: conditions, IfSteps: [], ElseSteps: [], ...more } };
}
const fail: Fields = { Name: 'stop', Type: 'Fail', Arguments: { ErrorMessage: 'no' } };
const holds: Fields = { Type: 'Equals', LeftValue: 1, RightValue: 1 };
const get = (text: string): Fields => ({ Get: text });

function problemsOf(text: string): Problem[] {
  const parsed = parsePipeline(text);
  return 'problems' in parsed ? parsed.problems : [];
}

/** What is wrong → the document, where the problem is, its rule, and words that its message must have. */
const WRONG: Record<string, [document: string, path: string, rule: string, words: RegExp]> = {
  'not JSON': [
    '{"Version"',
    '$',
    'not-json',
    /^Unable to parse pipeline definition\. Expecting start of Json Object\./,
  ],
  'not an object': ['[]', '$', 'not-json', /^Unable to parse pipeline definition\. Expecting start of Json Object\.$/],
  'too long': [`{"Steps":"${'x'.repeat(1_048_576)}"}`, '$', 'too-long', /1048588 bytes/],
  'another version': ['{"Version":"2021-01-01","Steps":[]}', '$.Version', 'version', /2020-12-01/],
  'no version': [JSON.stringify({ Steps: [processing('a')] }), '$', 'missing-key', /needs Version/],
  'no steps': [definition([]), '$.Steps', 'too-few', /at least 1/],
  'steps no list': [definition({}), '$.Steps', 'wrong-type', /must be a list, and is an object/],
  'a key unknown at the top': [definition([fail], { Stepz: 1 }), '$.Stepz', 'unknown-key', /Did you mean 'Steps'/],
  'a key unknown in a step': [
    definition([processing('a', { DependOn: [] })]),
    '$.Steps[0].DependOn',
    'unknown-key',
    /'DependOn' in a Processing step\. .*Did you mean 'DependsOn'/,
  ],
  'a key of another step type': [
    definition([{ ...training('a', {}), PropertyFiles: [] }]),
    '$.Steps[0].PropertyFiles',
    'unknown-key',
    /in a Training step/,
  ],
  'too deep': [definition([processing('a', { Arguments: nest(150) })]), expect.any(String), 'too-deep', /100 deep/],
  'a prototype': ['{"Version":"2020-12-01","Steps":[],"__proto__":{}}', '$.__proto__', 'unsafe-key', /__proto__/],

  'too many parameters': [
    definition([fail], { Parameters: Array.from({ length: 201 }, (_, i) => ({ Name: `p${i}`, Type: 'String' })) }),
    '$.Parameters',
    'too-many',
    /201 items; at most 200/,
  ],
  'a parameter type': [
    definition([fail], { Parameters: [{ Name: 'p', Type: 'Text' }] }),
    '$.Parameters[0].Type',
    'unknown-value',
    /'String', 'Integer', 'Float' and 'Boolean', and is the string 'Text'/,
  ],
  'a parameter twice': [
    definition([fail], {
      Parameters: [
        { Name: 'p', Type: 'String' },
        { Name: 'p', Type: 'Float' },
      ],
    }),
    '$.Parameters[1].Name',
    'duplicate-parameter',
    /'p'/,
  ],
  'a default of another type': [
    definition([fail], { Parameters: [{ Name: 'p', Type: 'Float', DefaultValue: '0.78' }] }),
    '$.Parameters[0].DefaultValue',
    'default-type',
    /Float parameter 'p' cannot be the string '0\.78'/,
  ],
  'a default that is not whole': [
    definition([fail], { Parameters: [{ Name: 'p', Type: 'Integer', DefaultValue: 1.5 }] }),
    '$.Parameters[0].DefaultValue',
    'default-type',
    /1\.5/,
  ],
  'a default that is too long': [
    definition([fail], { Parameters: [{ Name: 'p', Type: 'String', DefaultValue: 'x'.repeat(1025) }] }),
    '$.Parameters[0].DefaultValue',
    'too-long',
    /1025 characters/,
  ],
  'EnumValues of a number': [
    definition([fail], { Parameters: [{ Name: 'p', Type: 'Integer', EnumValues: ['1'] }] }),
    '$.Parameters[0].EnumValues',
    'enum-values',
    /Only String/,
  ],
  'a default outside its EnumValues': [
    definition([fail], { Parameters: [{ Name: 'p', Type: 'String', DefaultValue: 'c', EnumValues: ['a', 'b'] }] }),
    '$.Parameters[0].DefaultValue',
    'enum-values',
    /'a' and 'b'/,
  ],

  'a step name': [definition([processing('a b')]), '$.Steps[0].Name', 'name-pattern', /letters, digits/],
  'a long step name': [definition([processing('a'.repeat(65))]), '$.Steps[0].Name', 'too-long', /65 characters/],
  'a step type': [
    definition([processing('a', { Type: 'Procesing' })]),
    '$.Steps[0].Type',
    'unknown-step-type',
    /no step type 'Procesing'\. Known types: Processing, Training,.*Did you mean 'Processing'/,
  ],
  EMR: [definition([processing('a', { Type: 'EMR' })]), '$.Steps[0].Type', 'unknown-step-type', /not run EMR steps/],
  Bedrock: [
    definition([processing('a', { Type: 'BedrockCustomModel' })]),
    '$.Steps[0].Type',
    'unknown-step-type',
    /not run BedrockCustomModel steps.*Bedrock/,
  ],
  'two steps of a name, one in a branch': [
    definition([processing('a'), gate([holds], { IfSteps: [processing('a')] })]),
    '$.Steps[1].Arguments.IfSteps[0].Name',
    'duplicate-step',
    /more than one step 'a'/,
  ],
  'a step in both branches': [
    definition([gate([holds], { IfSteps: [processing('a')], ElseSteps: [processing('a')] })]),
    '$.Steps[0].Arguments.ElseSteps[0].Name',
    'duplicate-step',
    /both branches of 'gate'/,
  ],
  'a condition in a condition': [
    definition([gate([holds], { IfSteps: [gate([holds], {}, 'inner')] })]),
    '$.Steps[0].Arguments.IfSteps[0]',
    'nested-condition',
    /'inner' stands inside a branch of 'gate'/,
  ],
  'an argument that its operation lacks': [
    definition([{ Name: 'a', Type: 'RegisterModel', Arguments: { ModelPackageName: 'm' } }]),
    '$.Steps[0].Arguments.ModelPackageName',
    'unknown-argument',
    /Unknown Argument member 'ModelPackageName'/,
  ],
  'a message that is no text': [
    definition([{ ...fail, Arguments: { ErrorMessage: { toString: 1 } } }]),
    '$.Steps[0].Arguments.ErrorMessage',
    'wrong-type',
    /a string or an expression, and is an object/,
  ],
  'a cache without end': [
    definition([processing('a', { CacheConfig: { Enabled: true } })]),
    '$.Steps[0].CacheConfig',
    'cache-expiry',
    /needs ExpireAfter/,
  ],
  'a cache expiry': [
    definition([processing('a', { CacheConfig: { Enabled: true, ExpireAfter: 'soon' } })]),
    '$.Steps[0].CacheConfig.ExpireAfter',
    'cache-expiry',
    /'soon'/,
  ],
  'a retry that ends in two ways': [
    definition([
      processing('a', { RetryPolicies: [{ ExceptionType: ['Step.THROTTLING'], MaxAttempts: 2, ExpireAfterMin: 3 }] }),
    ]),
    '$.Steps[0].RetryPolicies[0]',
    'retry-policy',
    /both MaxAttempts and ExpireAfterMin/,
  ],
  'too many retries': [
    definition([processing('a', { RetryPolicies: [{ ExceptionType: ['Step.THROTTLING'], MaxAttempts: 21 }] })]),
    '$.Steps[0].RetryPolicies[0].MaxAttempts',
    'out-of-range',
    /from 1 to 20, and is the number 21/,
  ],
  'a retry of a text': [
    definition([processing('a', { RetryPolicies: [{ ExceptionType: 'Step.THROTTLING' }] })]),
    '$.Steps[0].RetryPolicies[0].ExceptionType',
    'wrong-type',
    /must be a list/,
  ],
  'an exception type': [
    definition([processing('a', { RetryPolicies: [{ ExceptionType: ['THROTTLING'] }] })]),
    '$.Steps[0].RetryPolicies[0].ExceptionType[0]',
    'unknown-value',
    /Step\.THROTTLING/,
  ],
  'a property file of no output': [
    definition([processing('a', { PropertyFiles: [{ PropertyFileName: 'f', OutputName: 'o', FilePath: 'f.json' }] })]),
    '$.Steps[0].PropertyFiles[0].OutputName',
    'unknown-output',
    /no output 'o'.*it has none/,
  ],

  'DependsOn an unknown step': [
    definition([processing('prepare'), processing('b', { DependsOn: ['prepair'] })]),
    '$.Steps[1].DependsOn[0]',
    'unknown-step',
    /'prepair', which the pipeline does not have\. Did you mean 'prepare'/,
  ],
  'an unknown step': [
    definition([training('b', { X: get('Steps.a.TrainingJobArn') })]),
    '$.Steps[0].Arguments.Environment.X.Get',
    'unknown-step',
    /Step 'b' names the step 'a'/,
  ],
  'an unknown parameter': [
    definition([training('b', { X: get('Parameters.P') })], { Parameters: [{ Name: 'Q', Type: 'String' }] }),
    '$.Steps[0].Arguments.Environment.X.Get',
    'unknown-parameter',
    /no parameter 'P'\. It has 'Q'/,
  ],
  'an unknown property of an execution': [
    definition([training('b', { X: get('Execution.Id') })]),
    '$.Steps[0].Arguments.Environment.X.Get',
    'malformed-reference',
    /StartDateTime/,
  ],
  'a malformed Get': [
    definition([training('b', { X: get('Step.a.B') })]),
    '$.Steps[0].Arguments.Environment.X.Get',
    'malformed-reference',
    /begins with none of Parameters/,
  ],
  'an unknown property of a step': [
    definition([processing('a'), training('b', { X: get('Steps.a.ModelArtifacts.S3ModelArtifacts') })]),
    '$.Steps[1].Arguments.Environment.X.Get',
    'unknown-property',
    /Processing step such as 'a' has no property 'ModelArtifacts'/,
  ],
  'an unknown output': [
    definition([
      processing('a', { Arguments: { ProcessingOutputConfig: { Outputs: [{ OutputName: 'train' }] } } }),
      training('b', { X: get("Steps.a.ProcessingOutputConfig.Outputs['trian'].S3Output.S3Uri") }),
    ]),
    '$.Steps[1].Arguments.Environment.X.Get',
    'unknown-output',
    /no 'trian' in its ProcessingOutputConfig\.Outputs: it has items named 'train'/,
  ],
  'an unknown property file': [
    definition([processing('a'), gate([{ ...holds, LeftValue: jsonGet('Steps.a.PropertyFiles.f', 'x') }])]),
    "$.Steps[1].Arguments.Conditions[0].LeftValue['Std:JsonGet'].PropertyFile.Get",
    'unknown-property-file',
    /no property file 'f'/,
  ],
  'a property file outside JsonGet': [
    definition([processing('a'), training('b', { X: get('Steps.a.PropertyFiles.f') })]),
    '$.Steps[1].Arguments.Environment.X.Get',
    'malformed-reference',
    /Std:JsonGet/,
  ],
  'an undeclared output parameter': [
    definition([
      { Name: 'a', Type: 'Lambda', Arguments: {}, FunctionArn: 'f', OutputParameters: [] },
      training('b', { X: get("Steps.a.OutputParameters['n']") }),
    ]),
    '$.Steps[1].Arguments.Environment.X.Get',
    'unknown-output',
    /no output parameter 'n'/,
  ],
  'an outcome of no condition': [
    definition([processing('a'), training('b', { X: get('Steps.a.Outcome') })]),
    '$.Steps[1].Arguments.Environment.X.Get',
    'unknown-property',
    /Only a Condition step has an Outcome/,
  ],
  'a step after a Fail step': [
    definition([fail, processing('a', { DependsOn: ['stop'] })]),
    '$.Steps[1].DependsOn[0]',
    'follows-fail',
    /nothing can follow/,
  ],
  'a wait for the other branch': [
    definition([gate([holds], { IfSteps: [processing('a')], ElseSteps: [processing('b', { DependsOn: ['a'] })] })]),
    '$.Steps[0].Arguments.ElseSteps[0].DependsOn[0]',
    'other-branch',
    /other branch of 'gate'/,
  ],
  'a cycle': [
    definition([
      processing('a', { DependsOn: ['c'] }),
      training('b', { X: get('Steps.a.ProcessingJobArn') }),
      processing('c', { DependsOn: ['b'] }),
    ]),
    '$.Steps[0]',
    'cycle',
    /'a', 'c' and 'b' wait for one another in a circle: 'a' waits for 'c'/,
  ],
  'a step that waits for itself': [
    definition([processing('a', { DependsOn: ['a'] })]),
    '$.Steps[0]',
    'cycle',
    /'a' waits for itself/,
  ],
  'a condition that waits for its branch': [
    definition([gate([{ ...holds, LeftValue: get('Steps.a.ProcessingJobArn') }], { IfSteps: [processing('a')] })]),
    '$.Steps[0]',
    'cycle',
    /'gate' and 'a'/,
  ],
  'a step in the experiment': [
    definition([processing('a')], { PipelineExperimentConfig: { TrialName: get('Steps.a.ProcessingJobName') } }),
    '$.PipelineExperimentConfig.TrialName.Get',
    'reference-outside-steps',
    /no step has run yet/,
  ],

  'a JsonGet path': [
    definition([gate([{ ...holds, LeftValue: { 'Std:JsonGet': { S3Uri: 's3://b/k', Path: 'a..b' } } }])]),
    "$.Steps[0].Arguments.Conditions[0].LeftValue['Std:JsonGet'].Path",
    'json-path',
    /'a\.\.b'/,
  ],
  'a JsonGet path that is an expression': [
    definition([gate([{ ...holds, LeftValue: { 'Std:JsonGet': { S3Uri: 's3://b/k', Path: get('Parameters.P') } } }])]),
    "$.Steps[0].Arguments.Conditions[0].LeftValue['Std:JsonGet'].Path",
    'json-path',
    /no expression/,
  ],
  'an unknown function': [
    definition([training('a', { X: { 'Std:Split': {} } })]),
    "$.Steps[0].Arguments.Environment.X['Std:Split']",
    'unknown-function',
    /Std:Join and Std:JsonGet/,
  ],
  'a list inside a Join': [
    definition([training('a', { X: { 'Std:Join': { On: '', Values: [['x']] } } })]),
    "$.Steps[0].Arguments.Environment.X['Std:Join'].Values[0]",
    'malformed-expression',
    /not a list/,
  ],
  'a condition type': [
    definition([gate([{ Type: 'Less', LeftValue: 1, RightValue: 2 }])]),
    '$.Steps[0].Arguments.Conditions[0].Type',
    'unknown-value',
    /'LessThan'/,
  ],
  'an unknown key in Not': [
    definition([gate([{ Type: 'Not', Expression: holds, Condition: holds }])]),
    '$.Steps[0].Arguments.Conditions[0].Expression',
    'unknown-key',
    /Unknown property 'Expression' in a condition of type Not/,
  ],
  'a text in order': [
    definition([gate([{ Type: 'GreaterThan', LeftValue: get('Parameters.S'), RightValue: 1 }])], {
      Parameters: [{ Name: 'S', Type: 'String' }],
    }),
    '$.Steps[0].Arguments.Conditions[0].LeftValue',
    'operand-type',
    /GreaterThan compares numbers, and LeftValue is the String parameter 'S'/,
  ],
  'a time and a number': [
    definition([gate([{ Type: 'LessThan', LeftValue: get('Execution.StartDateTime'), RightValue: 2027 }])]),
    '$.Steps[0].Arguments.Conditions[0].RightValue',
    'operand-type',
    /LessThan compares times, and RightValue is the number 2027/,
  ],
  'a boolean that equals a number, deep inside': [
    definition([
      gate([
        {
          Type: 'Or',
          Conditions: [{ Type: 'Not', Condition: { Type: 'Equals', LeftValue: true, RightValue: 1 } }],
        },
      ]),
    ]),
    '$.Steps[0].Arguments.Conditions[0].Conditions[0].Condition',
    'operand-type',
    /the boolean true with the number 1/,
  ],
  'a null operand': [
    definition([gate([{ Type: 'In', QueryValue: 'a', Values: [null] }])]),
    '$.Steps[0].Arguments.Conditions[0].Values[0]',
    'operand-type',
    /null/,
  ],
};

function jsonGet(file: string, path: string): Fields {
  return { 'Std:JsonGet': { PropertyFile: get(file), Path: path } };
}
function nest(depth: number): Json {
  let value: Json = {};
  for (let level = 0; level < depth; level++) value = { a: value };
  return value;
}

describe('refuses, at its place, in words', () => {
  test.each(Object.entries(WRONG))('%s', (_, [document, path, rule, words]) => {
    const problems = problemsOf(document);
    expect(problems).toContainEqual({ path, rule, message: expect.stringMatching(words) });
  });
});
