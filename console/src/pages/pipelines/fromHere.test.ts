/** Which steps run, and which are taken over, when a run goes on from one of them. */
import { expect, it } from 'vitest';
import type { ExecutionStep } from '../../../../src/services/telar/api.ts';
import { type Read, readDefinition } from './definition.ts';
import { fromHere } from './fromHere.ts';

const FunctionArn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const step = (Name: string, ...DependsOn: string[]) => ({
  Name,
  Type: 'Lambda',
  DependsOn,
  FunctionArn,
  Arguments: {},
});
const gate = {
  ...{ Name: 'Gate', Type: 'Condition', DependsOn: ['Train'] },
  Arguments: {
    Conditions: [{ Type: 'Equals', LeftValue: 1, RightValue: 1 }],
    IfSteps: [step('Register')],
    ElseSteps: [],
  },
};
const planOf = (...Steps: object[]) => (readDefinition(JSON.stringify({ Version: '2020-12-01', Steps })) as Read).plan;
const plan = planOf(step('Prepare'), step('Train', 'Prepare'), gate, step('Beside', 'Prepare'));
const seen = (statuses: Record<string, string>) =>
  Object.entries(statuses).map(([StepName, StepStatus]) => ({ StepName, StepStatus }) as ExecutionStep);

it('runs the step and all that follow it, and takes over what is before', () => {
  expect(fromHere(plan, 'Train', 'arn', seen({ Prepare: 'Succeeded', Train: 'Failed' }))).toEqual({
    ...{ step: 'Train', source: 'arn' },
    ...{ run: ['Train', 'Gate', 'Register'], reused: ['Prepare'] },
  });
});

it('says what is missing', () => {
  expect(fromHere(plan, 'Gate', 'arn', seen({ Prepare: 'Succeeded', Train: 'Failed' }))).toBe(
    'Train comes before it, and has not succeeded in this execution.',
  );
  expect(fromHere(plan, 'Gone', 'arn', [])).toContain('no step Gone');
});

it('refuses what the server would: more steps than can be selected', () => {
  const many = planOf(...Array.from({ length: 60 }, (_, at) => step(`S${at}`, ...(at === 0 ? [] : [`S${at - 1}`]))));
  expect(fromHere(many, 'S0', 'arn', [])).toMatch(/Between 1 and 50/);
});
