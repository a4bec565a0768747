/** What a pipeline is started with. */
import { describe, expect, it } from 'vitest';
import type { ParameterDefinition } from '../../../../src/definition/pipeline/types.ts';
import { awsStart, faultsOf, givenOf, initialTexts, telarRun } from './parameters.ts';

const Parameters: ParameterDefinition[] = [
  { Name: 'Threshold', Type: 'Float', DefaultValue: 0.5 },
  { Name: 'Rounds', Type: 'Integer', DefaultValue: 3 },
  { Name: 'Fresh', Type: 'Boolean', DefaultValue: false },
  { Name: 'Size', Type: 'String', DefaultValue: 'small', EnumValues: ['small', 'large'] },
  { Name: 'Note', Type: 'String' },
];
const texts = initialTexts(Parameters);

describe('the form', () => {
  it('begins with the defaults, or with what an execution had', () => {
    expect(texts).toEqual({ Threshold: '0.5', Rounds: '3', Fresh: 'false', Size: 'small', Note: '' });
    expect(initialTexts(Parameters, { Threshold: '0.9', Gone: 'x' })).toEqual({ ...texts, Threshold: '0.9' });
  });

  it('sends what is not the default', () => {
    expect(givenOf(Parameters, { ...texts, Rounds: '4', Note: 'a b' })).toEqual([
      { Name: 'Rounds', Value: '4' },
      { Name: 'Note', Value: 'a b' },
    ]);
  });

  it('sends the defaults, too, to whoever would take other values otherwise', () => {
    expect(givenOf(Parameters.slice(0, 2), texts, true)).toEqual([
      { Name: 'Threshold', Value: '0.5' },
      { Name: 'Rounds', Value: '3' },
    ]);
  });

  it('sends an empty text where the default is another', () => {
    expect(givenOf(Parameters, { ...texts, Size: '' })).toEqual([{ Name: 'Size', Value: '' }]);
  });

  it.each([
    [{ Note: '' }, { Note: expect.stringContaining('no default') }],
    [{ Rounds: '1.5' }, { Rounds: expect.stringContaining('whole number') }],
    [{ Size: 'huge' }, { Size: expect.stringContaining('huge') }],
    [
      { Threshold: 'much', Fresh: 'maybe' },
      { Threshold: expect.any(String), Fresh: expect.stringContaining('True or False') },
    ],
    [{}, {}],
  ])('says of %j what the server would', (changes, faults) => {
    expect(faultsOf({ Parameters }, { ...texts, Note: 'x', ...(changes as object) })).toEqual(faults);
  });
});

describe('command lines', () => {
  it('quote what a shell would take apart', () => {
    const given = [
      { Name: 'Threshold', Value: '0.9' },
      { Name: 'Note', Value: "it's new" },
    ];
    expect(telarRun('churn', given)).toBe(`telar run churn --no-publish -p Threshold=0.9 -p 'Note=it'\\''s new'`);
    expect(awsStart('churn', given.slice(0, 1), { version: 2 })).toBe(
      'aws sagemaker start-pipeline-execution --pipeline-name churn --pipeline-version-id 2 --pipeline-parameters Name=Threshold,Value=0.9',
    );
    expect(awsStart('churn', given)).toContain(`--pipeline-parameters '[{"Name":"Threshold","Value":"0.9"},`);
  });
});
