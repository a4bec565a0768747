/** A server for one benchmark, in a temporary folder, with a role for pipelines. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { silentLog } from '../../src/base/log.ts';
import { systemWorld } from '../../src/base/world.ts';
import { DEFAULT_REGION, startServer } from '../../src/server/server.ts';

export type BenchServer = {
  folder: string;
  /** What every SDK client takes. */
  client: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
  roleArn: string;
};

const IMAGES = fileURLToPath(new URL('../../.cache/images', import.meta.url));
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

export async function withServer<T>(use: (server: BenchServer) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'telar-bench-'));
  const world = { ...systemWorld, log: silentLog };
  const server = await startServer({ folder, port: 0, imagesFolder: IMAGES, world });
  try {
    const client = { endpoint: server.url, region: DEFAULT_REGION, credentials: server.credentials! };
    const iam = new IAMClient(client);
    const created = await iam.send(new CreateRoleCommand({ RoleName: 'bench', AssumeRolePolicyDocument: TRUST }));
    const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'bench', PolicyArn }));
    return await use({ folder, client, roleArn: created.Role!.Arn! });
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
