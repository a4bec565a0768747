/** Schedules through the real `telar`: published, listed, switched, and missed while the server was killed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOf } from '../support/serverProcess.ts';
import { type Telar, telarIn } from './telar.ts';

const CONFIG = `
import { defineProject, defineRole, defineSchedule, invocation, scheduleRole, stateMachine } from 'telar';
const machines = defineRole({ name: 'timed-machines', service: 'states.amazonaws.com', policies: {} });
const nightly = stateMachine({ name: 'timed', role: machines, states: ({ succeed }) => ({ End: succeed() }) });
const role = scheduleRole({ name: 'timed-schedules', starts: [nightly] });
const at = { target: nightly, role, input: { at: invocation.scheduledTime } };
const often = defineSchedule({ name: 'often', expression: 'rate(1 minute)', ...at });
const early = defineSchedule({ name: 'early', expression: 'cron(30 2 * * ? *)', timeZone: 'Europe/Madrid', missed: 'run-once', ...at });
export default defineProject({ name: 'timed', bucket: 'timed-data', roles: [machines, role], machines: [nightly],
  schedules: [often, early] });
`;

type Json = Record<string, unknown>;
const changesOf = (result: Json) =>
  (result['changes'] as Json[])
    .filter(({ kind, action }) => String(kind).startsWith('schedule') && action !== 'same')
    .map(({ kind, name, action, details }) => [kind, name, action, (details as string[]).join('; ')].join(' | '));

let telar: Telar;
let url: string;
beforeAll(async () => {
  telar = telarIn();
  writeFileSync(join(telar.folder, 'telar.config.ts'), CONFIG);
  writeFileSync(join(telar.folder, 'package.json'), '{"type":"module"}');
  const up = await telar.json('up', '--detach', '--port', '0');
  expect(up.status).toBe(0);
  url = up.result['url'] as string;
}, 60_000);
afterAll(() => telar.close());

function edit(from: string | RegExp, to: string): void {
  const config = join(telar.folder, 'telar.config.ts');
  writeFileSync(config, readFileSync(config, 'utf8').replace(from, to));
}

const list = async () => (await telar.json('schedule', 'list')).result['schedules'] as Json[];
const runs = async () => (await telar.json('status', '--list')).result['executions'] as Json[];

describe('schedules of a project', () => {
  it('are published, and changed only where they differ', async () => {
    const first = await telar.json('publish');
    expect(first.stderr).toBe('');
    expect(changesOf(first.result)).toEqual([
      'schedule group | timed | create | missed schedules: run-once',
      'schedule | often | create | rate(1 minute) UTC',
      'schedule | early | create | cron(30 2 * * ? *) Europe/Madrid',
    ]);
    expect(changesOf((await telar.json('publish')).result)).toEqual([]);
    edit("'cron(30 2 * * ? *)'", "'cron(45 2 * * ? *)'");
    edit("missed: 'run-once'", "missed: 'skip'");
    expect(changesOf((await telar.json('publish')).result)).toEqual([
      'schedule group | timed-skip | create | missed schedules: skip',
      'schedule | early | change | moves from group timed to timed-skip; when: cron(30 2 * * ? *) Europe/Madrid becomes cron(45 2 * * ? *) Europe/Madrid',
    ]);
    expect((await list()).map(({ group, name, missedPolicy }) => [group, name, missedPolicy])).toEqual([
      ['timed', 'often', 'run-once'],
      ['timed-skip', 'early', 'skip'],
    ]);
  });

  it('run their targets', async () => {
    expect(await runs()).toContainEqual(expect.objectContaining({ status: 'SUCCEEDED' }));
  });

  it('are told with their next runs, on their own wall and in UTC', async () => {
    const { stdout } = await telar.run('schedule', 'next', 'early', '--count', '2');
    expect(stdout).toMatch(/timed-skip\/early {2}cron\(45 2 \* \* \? \*\) {2}Europe\/Madrid/);
    expect(stdout.match(/02:45:00 (CET|GMT\+2|CEST)/g)).toHaveLength(2);
    const { result } = await telar.json('schedule', 'next', 'early', '-n', '1');
    expect(result['times']).toEqual([{ utc: expect.stringMatching(/T0[01]:45:00.000Z$/), local: expect.any(String) }]);
    expect(await telar.run('schedule', 'next', 'nobody')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/no schedule 'nobody'/),
    });
  });

  it('stay as somebody has switched them, also when the project is published again', async () => {
    expect(await telar.json('schedule', 'disable', 'often')).toMatchObject({
      result: { before: 'enabled', schedule: { state: 'disabled', next: null } },
    });
    expect(changesOf((await telar.json('publish')).result)).toEqual([]);
    expect(await list()).toMatchObject([{ name: 'often', state: 'disabled' }, { name: 'early' }]);
    expect(await telar.run('schedule', 'enable', 'often')).toMatchObject({
      stdout: expect.stringMatching(/is enabled.\n {2}It next runs/),
    });
  });

  it('stand beside rules of EventBridge that have a schedule', async () => {
    const events = new EventBridge({ ...clientOf(url, join(telar.folder, '.telar')).client });
    await events.putRule({ Name: 'beside', ScheduleExpression: 'rate(7 days)' });
    await events.putRule({ Name: 'heard', EventPattern: '{"source":["aws.s3"]}' });
    const rules = (await list()).filter(({ kind }) => kind === 'rule');
    expect(rules).toMatchObject([
      { name: 'beside', state: 'enabled', next: expect.any(String), missedPolicy: 'run-once' },
    ]);
    expect(await telar.json('schedule', 'disable', 'beside')).toMatchObject({
      result: { schedule: { state: 'disabled' } },
    });
    expect((await events.describeRule({ Name: 'beside' })).State).toBe('DISABLED');
    await telar.run('schedule', 'enable', 'beside');
    const { result } = await telar.json('schedule', 'next', 'beside', '-n', '2');
    const [first, second] = (result['times'] as { utc: string }[]).map(({ utc }) => Date.parse(utc));
    expect(second! - first!).toBe(7 * 86_400_000);
    await events.deleteRule({ Name: 'beside' });
  });

  it('go when the project no longer has them, where that is asked for', async () => {
    edit('[often, early]', '[often]');
    expect(changesOf((await telar.json('publish')).result)).toEqual([]);
    expect(changesOf((await telar.json('publish', '--prune')).result)).toEqual([
      'schedule | early | delete | the project no longer has it',
    ]);
    expect((await list()).map(({ name }) => name)).toEqual(['often']);
  });
});
