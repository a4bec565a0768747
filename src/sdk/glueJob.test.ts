import { expect, it } from 'vitest';
import { defineProject, defineRole, glueJob, glueRole, projectDocuments } from './index.ts';

const role = glueRole({ name: 'cleaner', bucket: 'titanic-data', read: ['raw/*'], write: ['clean/*'] });
const context = { account: '111111111111', region: 'eu-west-1' };
const documentsOf = (options: Partial<Parameters<typeof glueJob>[0]>) => {
  const job = glueJob({ name: 'clean', script: 'glue/clean.py', role, ...options });
  const project = defineProject({ name: 'titanic', bucket: 'titanic-data', roles: [role], glueJobs: [job] });
  return projectDocuments(project, context).glueJobs[0]!;
};
const key = (file: string) => `k/${file}`;

it('becomes what CreateJob is asked for', () => {
  const documents = documentsOf({
    arguments: { day: 'today' },
    modules: ['duckdb', 'x==1'],
    libraries: ['glue/lib.py'],
  });
  expect(documents.files).toEqual(['glue/clean.py', 'glue/lib.py']);
  expect(documents.request(key)).toEqual({
    ...{ Name: 'clean', Role: 'arn:aws:iam::111111111111:role/cleaner', MaxRetries: 0 },
    Command: { Name: 'pythonshell', ScriptLocation: 's3://titanic-data/k/glue/clean.py', PythonVersion: '3.9' },
    DefaultArguments: {
      ...{ '--day': 'today', '--additional-python-modules': 'duckdb,x==1' },
      '--extra-py-files': 's3://titanic-data/k/glue/lib.py',
    },
    ExecutionProperty: { MaxConcurrentRuns: 1 },
  });
});

it('of Spark has workers and a version', () => {
  const { request } = documentsOf({ type: 'glueetl', workers: { type: 'G.1X', count: 2 }, timeout: 5 });
  expect(request(key)).toMatchObject({
    ...{ WorkerType: 'G.1X', NumberOfWorkers: 2, GlueVersion: '5.0', Timeout: 5 },
    Command: { Name: 'glueetl', PythonVersion: '3' },
  });
});

it.each([
  [{ script: 'clean.scala' }, /is no \.py file/],
  [{ script: '../clean.py' }, /leaves the project's folder/],
  [{ libraries: ['a.txt'] }, /libraries are/],
  [{ workers: { type: 'G.1X', count: 2 } as const }, /has no workers/],
  [{ arguments: { '--day': 'x' } }, /without its hyphens/],
])('%o is a mistake', (options, message) => expect(() => documentsOf(options)).toThrow(message));

it('acts as a role that the project lists', () => {
  const other = defineRole({ name: 'other', service: 'glue.amazonaws.com', policies: {} });
  const job = glueJob({ name: 'clean', script: 'clean.py', role: other });
  expect(() => defineProject({ name: 'p', bucket: 'titanic-data', glueJobs: [job] })).toThrow(
    /Glue job 'clean' acts as role 'other'/,
  );
});

it('a role of glueRole trusts Glue, and writes its logs', () => {
  expect(role.service).toBe('glue.amazonaws.com');
  expect(Object.keys(role.policies)).toEqual(['data', 'logs']);
});
