/**
 * Makes the functions and the rules that call them: `npx telar shell -- node code/functions/deploy.ts`, after `telar publish`; on AWS with
 * its credentials. Calls AWS's own operations, and again changes only what is there.
 *
 * Y1. The zip holds JavaScript without types, which AWS's Node.js wants too, and DuckDB's package for this platform.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { Lambda, waitUntilFunctionActiveV2, waitUntilFunctionUpdatedV2 } from '@aws-sdk/client-lambda';
import { S3 } from '@aws-sdk/client-s3';
import { STS } from '@aws-sdk/client-sts';
import { ZipFile } from 'yazl';
import { packagesPrefix, packageUploads } from '../../packages.ts';

const CODE = join(import.meta.dirname, '..');
const PROJECT = join(CODE, '..');
const BUCKET = 'customers-mlops-data';
const ROLE = 'customers-functions-role';
const FUNCTIONS = [
  { name: 'customers-clean', module: 'clean', rule: 'customers-delivered', key: 'raw/*/manifest.json' },
  {
    name: 'customers-features',
    module: 'features',
    rule: 'customers-cleaned',
    key: 'clean/*/run_id=event-*/cleaning/cleaning.json',
  },
] as const;
type Function = (typeof FUNCTIONS)[number];
export type Clients = { s3: S3; lambda: Lambda; events: EventBridge; account: string };

export async function deploy(clients: Clients): Promise<void> {
  const { s3, events } = clients;
  const zip = await zipped();
  const S3Key = `functions/${createHash('sha256').update(zip).digest('hex')}.zip`;
  await s3.putObject({ Bucket: BUCKET, Key: S3Key, Body: zip });
  await s3.putBucketNotificationConfiguration({
    Bucket: BUCKET,
    NotificationConfiguration: { EventBridgeConfiguration: {} },
  });
  for (const each of FUNCTIONS) {
    const Arn = await provide(clients, each, S3Key);
    const pattern = {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [BUCKET] }, object: { key: [{ wildcard: each.key }] } },
    };
    const { RuleArn } = await events.putRule({ Name: each.rule, EventPattern: JSON.stringify(pattern) });
    await allow(clients.lambda, each.name, RuleArn!);
    await events.putTargets({ Rule: each.rule, Targets: [{ Id: each.name, Arn }] });
  }
}

/** Makes the function, or gives it the new code. @returns its ARN */
async function provide({ lambda, account }: Clients, { name, module }: Function, S3Key: string): Promise<string> {
  const wait = { client: lambda, maxWaitTime: 300 };
  const Code = { S3Bucket: BUCKET, S3Key };
  try {
    const { FunctionArn } = await lambda.createFunction({
      ...{ FunctionName: name, Runtime: 'nodejs24.x', Handler: `functions/${module}.handler`, Code },
      ...{
        Role: `arn:aws:iam::${account}:role/${ROLE}`,
        Timeout: 900,
        MemorySize: 2048,
        EphemeralStorage: { Size: 4096 },
      },
    });
    await waitUntilFunctionActiveV2(wait, { FunctionName: name });
    return FunctionArn!;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceConflictException') throw error;
    const { FunctionArn } = await lambda.updateFunctionCode({ FunctionName: name, ...Code });
    await waitUntilFunctionUpdatedV2(wait, { FunctionName: name });
    return FunctionArn!;
  }
}

async function allow(lambda: Lambda, FunctionName: string, SourceArn: string): Promise<void> {
  try {
    const permission = { StatementId: 'rule', Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com' };
    await lambda.addPermission({ FunctionName, SourceArn, ...permission });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceConflictException') throw error;
  }
}

async function zipped(): Promise<Buffer> {
  const zip = new ZipFile();
  const add = (name: string, content: string | Buffer) =>
    zip.addBuffer(Buffer.from(content), name, { mtime: new Date(0), mode: 0o100644 });
  add('package.json', '{"type": "module"}');
  for (const file of readdirSync(CODE, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('.ts') || /(\.test|Job|deploy|testing)\.ts$/.test(file)) continue;
    const source = stripTypeScriptTypes(readFileSync(join(CODE, file), 'utf8'));
    add(file.replace(/\.ts$/, '.js'), source.replace(/(from '\.[^']+)\.ts'/g, "$1.js'"));
  }
  for (const { file, key } of packageUploads)
    add(key.replace(packagesPrefix, 'node_modules'), readFileSync(join(PROJECT, file)));
  zip.end();
  return await buffer(zip.outputStream as unknown as AsyncIterable<Buffer>);
}

if (import.meta.main) {
  const { Account } = await new STS().getCallerIdentity();
  await deploy({
    s3: new S3({ forcePathStyle: true }),
    lambda: new Lambda(),
    events: new EventBridge(),
    account: Account!,
  });
  console.log(`${FUNCTIONS.map(({ name }) => name).join(' and ')} listen for deliveries in s3://${BUCKET}/raw/`);
}
