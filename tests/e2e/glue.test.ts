/** Glue jobs through the real `telar`: published, run by a state machine, their logs read, changed, pruned. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Telar, telarIn } from './telar.ts';

const CONFIG = `
import { defineProject, defineRole, glue, glueJob, glueRole, stateMachine } from 'telar';
const cleaner = glueRole({ name: 'cleaner', bucket: 'glue-data', read: ['raw/*'], write: ['clean/*'] });
const clean = glueJob({ name: 'clean', script: 'glue/clean.py', libraries: ['glue/words.py'], role: cleaner,
  arguments: { word: 'published' } });
const other = glueJob({ name: 'other', script: 'glue/clean.py', role: cleaner });
const role = defineRole({ name: 'machines', service: 'states.amazonaws.com', policies: {
  glue: [{ Effect: 'Allow', Action: ['glue:StartJobRun', 'glue:GetJobRun', 'glue:BatchStopJobRun'], Resource: '*' }] } });
const run = stateMachine({ name: 'cleaning', role,
  states: ({ task }) => ({ Clean: task(glue.startJobRun.sync({ JobName: 'clean', Arguments: { '--word': 'run' } })) }) });
export default defineProject({ name: 'small', bucket: 'glue-data', roles: [cleaner, role], glueJobs: [clean, other], machines: [run] });
`;
const SCRIPT = `
import sys, words
from awsglue.utils import getResolvedOptions
print(words.said(getResolvedOptions(sys.argv, ["word"])["word"]))
print("a complaint", file=sys.stderr)
`;

type Json = Record<string, unknown>;
const changes = (result: Json) =>
  (result['changes'] as Json[])
    .filter(({ kind, action }) => String(kind).startsWith('glue') && action !== 'same')
    .map(({ kind, name, action }) => `${action} ${kind} ${String(name).replace(/\/[0-9a-f]{16}\//, '/…/')}`);

let telar: Telar;
const file = (path: string) => join(telar.folder, path);

beforeAll(async () => {
  telar = telarIn();
  mkdirSync(file('glue'));
  writeFileSync(file('telar.config.ts'), CONFIG);
  writeFileSync(file('package.json'), '{"type":"module"}');
  writeFileSync(file('glue/clean.py'), SCRIPT);
  writeFileSync(file('glue/words.py'), 'def said(word): return "said " + word\n');
  expect(await telar.json('up', '--detach', '--port', '0')).toMatchObject({ status: 0 });
}, 60_000);
afterAll(() => telar.close());

it('publishes jobs with their files, and the second time nothing', { timeout: 120_000 }, async () => {
  const first = await telar.json('publish');
  expect(first.stderr).toBe('');
  expect(changes(first.result)).toEqual([
    'create glue file s3://glue-data/glue/clean/…/clean.py',
    'create glue file s3://glue-data/glue/clean/…/words.py',
    'create glue file s3://glue-data/glue/other/…/clean.py',
    ...['create glue job clean', 'create glue job other'],
  ]);
  expect(changes((await telar.json('publish')).result)).toEqual([]);
});

it('runs them, and reads their logs by state, job and run', { timeout: 600_000 }, async () => {
  const ran = await telar.run('run', 'cleaning');
  expect(ran.stdout + ran.stderr).toMatch(/succeeded/i);
  for (const meant of ['Clean', 'clean']) {
    const { stdout } = await telar.run('logs', meant);
    expect(stdout).toContain('said run\n');
    expect(stdout).toContain('a complaint\n');
  }
  const whole = await telar.run('logs', 'cleaning');
  expect(whole.stdout).toMatch(/Clean \| said run/);
  const history = await telar.json('history', 'cleaning');
  const [run] = /jr_[0-9a-f]{64}/.exec(JSON.stringify(history.documents)) ?? [];
  expect((await telar.run('logs', run!)).stdout).toContain('said run\n');
});

it('changes what differs, in words, and prunes what is gone', { timeout: 120_000 }, async () => {
  writeFileSync(file('glue/clean.py'), `${SCRIPT}print("more")\n`);
  writeFileSync(
    file('telar.config.ts'),
    readFileSync(file('telar.config.ts'), 'utf8').replace("'published'", "'anew'").replace('[clean, other]', '[clean]'),
  );
  const shown = await telar.run('publish', '--dry-run');
  expect(shown.stdout).toMatch(/~ glue job\s+clean {2}changed/);
  expect(shown.stdout).toMatch(/script: s3:\S+clean\.py becomes s3:\S+clean\.py/);
  expect(shown.stdout).toContain('argument --word: published becomes anew');
  expect(changes((await telar.json('publish', '--prune')).result)).toEqual([
    ...['create glue file s3://glue-data/glue/clean/…/clean.py', 'change glue job clean', 'delete glue job other'],
  ]);
});

it('says of a script that is not there where it was looked for', async () => {
  writeFileSync(
    file('telar.config.ts'),
    readFileSync(file('telar.config.ts'), 'utf8').replace(
      "script: 'glue/clean.py', libraries",
      "script: 'glue/none.py', libraries",
    ),
  );
  const refused = await telar.run('publish');
  expect(refused.status).not.toBe(0);
  expect(refused.stderr).toContain("glue/none.py, a file of Glue job 'clean', is not there");
});
