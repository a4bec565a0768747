import { describe, expect, it } from 'vitest';
import type { PipelineDocuments } from '../../sdk/index.ts';
import { makeStyle } from '../render/style.ts';
import { type Change, describeChanges } from './change.ts';
import { differences } from './pipelines.ts';

const step = (Name: string, image: string) => ({ Name, Type: 'Processing', Arguments: { Image: image } });
const gate = (IfSteps: object[]) => ({ Name: 'Gate', Type: 'Condition', Arguments: { Conditions: [], IfSteps } });
const definition = (Steps: object[], Parameters: object[] = []) =>
  JSON.stringify({ Version: '2020-12-01', Parameters, Steps });

const wanted = (text: string): PipelineDocuments => ({
  name: 'p',
  arn: '',
  roleArn: 'arn:aws:iam::000000000000:role/r',
  definition: text,
  startParameters: () => ({}),
});
const stored = (PipelineDefinition: string) => ({ PipelineDefinition, RoleArn: 'arn:aws:iam::000000000000:role/r' });

describe('what differs between two definitions', () => {
  it('is nothing when only the order of members and spaces do', () => {
    const before =
      '{ "Steps": [{"Type":"Processing","Arguments":{"Image":"i"},"Name":"A"}],\n "Version": "2020-12-01", "Parameters": [] }';
    expect(differences(stored(before), wanted(definition([step('A', 'i')])))).toEqual([]);
  });

  it('names each step, those of branches too, and the parameters', () => {
    const before = definition([step('A', '1'), step('B', '1'), gate([step('C', '1'), step('D', '1')])]);
    const after = definition([step('A', '2'), gate([step('C', '2'), step('D', '1')]), step('E', '1')], [{ Name: 'P' }]);
    expect(differences(stored(before), wanted(after))).toEqual([
      'step A: changed',
      'step C: changed',
      'step E: new',
      'step B: removed',
      'parameters: changed',
    ]);
  });

  it('does not blame a condition for its branches', () => {
    const before = definition([gate([step('C', '1')])]);
    expect(differences(stored(before), wanted(definition([gate([step('C', '2')])])))).toEqual(['step C: changed']);
  });

  it('sees roles, descriptions and parallelism', () => {
    const text = definition([]);
    const found = differences(
      { ...stored(text), RoleArn: 'arn:old', PipelineDescription: 'old' },
      { ...wanted(text), maxParallelSteps: 2 },
    );
    expect(found).toEqual([
      'role: arn:old becomes arn:aws:iam::000000000000:role/r',
      'description',
      'parallel steps: unlimited becomes 2',
    ]);
  });
});

describe('the difference as it is shown', () => {
  it('has a line for what changes and one for what does not', () => {
    const changes: Change[] = [
      { kind: 'bucket', name: 'b', action: 'same', details: [] },
      { kind: 'role', name: 'r', action: 'change', details: ['policy data: changed'] },
      { kind: 'pipeline', name: 'p', action: 'create', details: [] },
    ];
    const style = makeStyle({ isTTY: false, environment: {}, platform: 'linux' });
    expect(describeChanges(changes, style)).toEqual([
      '  ~ role                 r  changed',
      '                         policy data: changed',
      '  + pipeline             p',
      '  = 1 resource unchanged',
    ]);
  });
});
