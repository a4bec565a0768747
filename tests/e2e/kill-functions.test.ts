/** Functions under kill -9 of the server: what was accepted is run, what runs ends with the server, and nothing stays behind. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, expect, it } from 'vitest';
import { checkFolder } from '../../src/server/fsck.ts';
import { dataFolder } from '../../src/store/folder.ts';
import { functionRole, invoke, logged, makeFunction } from '../support/functions.ts';
import {
  clientOf,
  freePort,
  processesOf,
  removeFolder,
  startServerProcess,
  strays,
  temporaryFolder,
} from '../support/serverProcess.ts';
import { pause } from '../support/workbench.ts';

const folder = temporaryFolder();
afterEach(() => removeFolder(folder));

/** Hangs without looking at anything, the first time that it is run; the folder is the worker's, so that an object tells. */
const HANDLER = `import { S3Client, PutObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
const s3 = new S3Client({ forcePathStyle: true });
export const handler = async ({ hang, key }) => {
  await s3.send(new PutObjectCommand({ Bucket: 'seen', Key: key + '/' + Date.now(), Body: '' }));
  const { KeyCount } = await s3.send(new ListObjectsV2Command({ Bucket: 'seen', Prefix: key + '/' }));
  console.log('begun ' + key + ' ' + KeyCount);
  if (hang && KeyCount === 1) while (true);
  console.log('done ' + key);
};`;

it('events that were accepted are run after kills, and workers do not outlive the server', {
  timeout: 120_000,
}, async () => {
  const options = { folder, port: await freePort() };
  let server = await startServerProcess(options);
  const { client } = clientOf(server.url, folder);
  const lambda = new LambdaClient(client);
  const at = { client } as Parameters<typeof functionRole>[0];
  const { S3 } = await import('@aws-sdk/client-s3');
  await new S3({ ...client, forcePathStyle: true }).createBucket({ Bucket: 'seen' });
  const Role = await functionRole(at, 'functions');
  await makeFunction(lambda, { FunctionName: 'killed', Role, Timeout: 60, files: { 'index.mjs': HANDLER } });
  await invoke(lambda, 'killed', { hang: true, key: 'hangs' }, { InvocationType: 'Event' });
  await logged(at, 'killed', /begun hangs 1/);
  // One that has just been accepted, and may not have begun.
  await invoke(lambda, 'killed', { key: 'fresh' }, { InvocationType: 'Event' });
  expect(processesOf(folder).some(({ command }) => command.includes('worker-') || command.includes('sandbox'))).toBe(
    true,
  );
  await server.kill();
  expect(await strays(folder)).toEqual([]);

  server = await startServerProcess(options);
  await logged(at, 'killed', /done hangs/);
  await logged(at, 'killed', /done fresh/);
  await pause(200);
  await server.kill('SIGTERM');
  expect(await strays(folder)).toEqual([]);
  const { findings } = await checkFolder(dataFolder(folder));
  expect(findings.filter(({ severity }) => severity === 'damage')).toEqual([]);
});
