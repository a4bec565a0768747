/** Rules of a project through the real `telar`: published with their difference shown first, changed, and deleted with --prune. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Telar, telarIn } from './telar.ts';

const config = (rules: string, functions: string) => `
import { defineFunction, defineProject, defineRole, defineRule, stateMachine } from 'telar';
const runner = defineRole({ name: 'runner', service: 'states.amazonaws.com', policies: {} });
const starter = defineRole({ name: 'starter', service: 'events.amazonaws.com', policies: {
  start: [{ Effect: 'Allow', Action: 'states:StartExecution', Resource: '*' }] } });
const training = stateMachine({ name: 'training', role: runner, states: ({ succeed }) => ({ Done: succeed() }) });
const weekly = (schedule, more) => defineRule({ name: 'weekly', schedule, targets: [{ machine: training, role: starter }], ...more });
const approved = defineRule({ name: 'approved', targets: [{ machine: training, role: starter, inputPath: '$.detail' }],
  pattern: { source: ['aws.sagemaker'], detail: { ModelApprovalStatus: ['Approved'] } } });
const own = defineRole({ name: 'own', service: 'lambda.amazonaws.com', policies: {} });
const judge = defineFunction({ name: 'judge', file: 'judge.mjs', role: own });
const judged = (name) => defineRule({ name, schedule: 'rate(7 days)', targets: [{ function: judge, input: { n: 1 } }] });
const functions = [${functions}];
export default defineProject({ name: 'small', bucket: 'small-data', roles: [runner, starter, own], machines: [training], functions, rules: [${rules}] });
`;

type Change = { kind: string; name: string; action: string; details: string[] };

let telar: Telar;
const written = (rules: string, functions = '') =>
  writeFileSync(join(telar.folder, 'telar.config.ts'), config(rules, functions));
const published = async (...options: string[]) => {
  const { result, stderr } = await telar.json('publish', ...options);
  expect(stderr).toBe('');
  return result['changes'] as Change[];
};
const publish = async (...options: string[]) => (await published(...options)).filter(({ kind }) => kind === 'rule');

beforeAll(async () => {
  telar = telarIn();
  writeFileSync(join(telar.folder, 'package.json'), '{"type":"module"}');
  expect(await telar.json('up', '--detach', '--port', '0')).toMatchObject({ status: 0 });
}, 120_000);
afterAll(() => telar.close());

it('are made after what they start, changed where they differ, and pruned', { timeout: 240_000 }, async () => {
  written("weekly('rate(7 days)'), approved");
  const machine = 'starts arn:aws:states:us-east-1:000000000000:stateMachine:training';
  expect(await publish('--dry-run')).toMatchObject([
    { name: 'weekly', action: 'create', details: ['rate(7 days)', machine] },
    { name: 'approved', action: 'create', details: [expect.stringContaining('ModelApprovalStatus'), machine] },
  ]);
  await publish();
  expect((await publish()).map(({ action }) => action)).toEqual(['same', 'same']);
  // When a rule fires next is known, and publishing does not switch on what was switched off.
  expect((await telar.run('schedule', 'list')).stdout).toMatch(/rule weekly +rate\(7 days\) +enabled +in 1\d\d h/);
  expect((await telar.run('schedule', 'disable', 'weekly')).status).toBe(0);
  expect((await publish()).map(({ action }) => action)).toEqual(['same', 'same']);
  expect((await telar.run('schedule', 'list')).stdout).toMatch(/rule weekly +rate\(7 days\) +disabled/);

  written(
    "weekly('cron(0 8 ? * MON *)', { missed: 'skip', targets: [{ id: 'monday', machine: training, role: starter, input: {} }] })",
  );
  const changes = [
    'schedule: rate(7 days) becomes cron(0 8 ? * MON *)',
    `target monday: new, ${machine.replace('starts ', '')}`,
    'target target-1: removed',
    'missed schedules: run-once becomes skip',
  ];
  expect(await publish('--dry-run')).toMatchObject([{ name: 'weekly', action: 'change', details: changes }]);
  expect(await publish('--prune')).toMatchObject([
    { name: 'weekly', action: 'change' },
    { name: 'approved', action: 'delete', details: ['the project no longer has it'] },
  ]);
  expect(await publish('--prune')).toMatchObject([{ name: 'weekly', action: 'same' }]);
});

it('may invoke the functions that are their targets, for as long as they are', { timeout: 240_000 }, async () => {
  writeFileSync(join(telar.folder, 'judge.mjs'), 'export const handler = async () => 1;\n');
  const permissions = async (...options: string[]) =>
    (await published(...options)).flatMap(({ kind, name, action }) =>
      kind === 'permission' ? [`${action} ${name}`] : [],
    );
  const invoking = 'judge ← rule every.week';
  written("judged('every.week')", 'judge');
  expect(await permissions()).toEqual([`create ${invoking}`]);
  expect(await permissions()).toEqual([`same ${invoking}`]);
  written('', 'judge');
  expect(await permissions()).toEqual([expect.stringMatching(/^delete judge ← telar-rule-every_week/)]);
  expect(await permissions()).toEqual([]);
});
