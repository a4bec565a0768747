/**
 * Publishing the bucket, the data, the code bundle and the model package groups: each is looked at first and changed only
 * where it differs.
 *
 * R1. The bytes under a code bundle's key never change: the object is put with If-None-Match, and one that is there with
 *     other bytes is an error that names both.
 */
import type { S3 } from '@aws-sdk/client-s3';
import type { SageMaker } from '@aws-sdk/client-sagemaker';
import { unlessMissing } from '../aws.ts';
import { codeOf, failure } from '../errors.ts';
import type { Bundle } from '../project/bundle.ts';
import type { DataObject } from '../project/data.ts';
import type { Change } from './change.ts';

export async function bucketChange(
  s3: S3,
  { name, events }: { name: string; events: boolean },
  region: string,
): Promise<Change> {
  const exists = await unlessMissing(s3.headBucket({ Bucket: name }));
  const told = exists && events ? await s3.getBucketNotificationConfiguration({ Bucket: name }) : undefined;
  const tell = async () => {
    const { $metadata: _, ...others } = told ?? { $metadata: {} };
    const NotificationConfiguration = { ...others, EventBridgeConfiguration: {} };
    await s3.putBucketNotificationConfiguration({ Bucket: name, NotificationConfiguration });
  };
  const details = events ? ['EventBridge is told of its objects'] : [];
  if (exists && (!events || told?.EventBridgeConfiguration)) {
    return { kind: 'bucket', name, action: 'same', details: [] };
  }
  if (exists) return { kind: 'bucket', name, action: 'change', details, apply: tell };
  // As on AWS, us-east-1 is the one region that must not be named.
  const place =
    region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } };
  return {
    ...{ kind: 'bucket', name, action: 'create', details },
    async apply() {
      await s3.createBucket({ Bucket: name, ...place });
      if (events) await tell();
    },
  };
}

/** One change for each object, or for all that are shown as parts of one. */
export async function dataChanges(s3: S3, bucket: string, objects: readonly DataObject[]): Promise<Change[]> {
  const groups = Map.groupBy(objects, ({ partOf, key }) => partOf ?? key);
  const changes = [...groups].map(async ([name, parts]) => {
    const each = await inTurns(parts, (part) => dataChange(s3, bucket, part));
    return parts[0]?.partOf === undefined ? each : [together(`s3://${bucket}/${name}`, parts, each)];
  });
  return (await Promise.all(changes)).flat();
}

/** Small files are asked for and sent together: a server that syncs each pays once for all. Clients have some fifty connections. */
const AT_A_TIME = 16;

async function inTurns<T, Done>(all: readonly T[], work: (one: T) => Promise<Done>): Promise<Done[]> {
  const done: Done[] = [];
  for (let at = 0; at < all.length; at += AT_A_TIME)
    done.push(...(await Promise.all(all.slice(at, at + AT_A_TIME).map(work))));
  return done;
}

function together(name: string, parts: readonly DataObject[], changes: readonly Change[]): Change {
  const differing = changes.filter(({ apply }) => apply);
  if (differing.length === 0) return { kind: 'data', name, action: 'same', details: [] };
  const bytes = parts.reduce((sum, part, at) => sum + (changes[at]?.apply ? part.bytes.length : 0), 0);
  return {
    kind: 'data',
    name,
    action:
      differing.length === parts.length && differing.every(({ action }) => action === 'create') ? 'create' : 'change',
    details: [`${differing.length} of ${parts.length} files, ${sizeText(bytes)}`],
    async apply() {
      await inTurns(differing, async ({ apply }) => apply?.());
    },
  };
}

async function dataChange(s3: S3, bucket: string, data: DataObject): Promise<Change> {
  const there = await unlessMissing(s3.headObject({ Bucket: bucket, Key: data.key }));
  const name = `s3://${bucket}/${data.key}`;
  if (there?.ETag === `"${data.md5}"`) return { kind: 'data', name, action: 'same', details: [] };
  return {
    kind: 'data',
    name,
    action: there ? 'change' : 'create',
    details: [`${sizeText(data.bytes.length)} from ${data.from}`],
    apply: async () => void (await s3.putObject({ Bucket: bucket, Key: data.key, Body: data.bytes })),
  };
}

export async function bundleChange(s3: S3, bucket: string, bundle: Bundle): Promise<Change> {
  const name = bundle.uri;
  const there = await storedSha256(s3, bucket, bundle);
  if (there !== undefined) {
    mustBeSame(bundle, there);
    return { kind: 'code bundle', name, action: 'same', details: [] };
  }
  return {
    kind: 'code bundle',
    name,
    action: 'create',
    details: [
      `${bundle.files.length} ${bundle.files.length === 1 ? 'file' : 'files'}, ${sizeText(bundle.bytes.length)}`,
      ...(bundle.remark ? [bundle.remark] : []),
    ],
    apply: () => putBundle(s3, bucket, bundle),
  };
}

async function putBundle(s3: S3, bucket: string, bundle: Bundle): Promise<void> {
  try {
    await s3.putObject({
      Bucket: bucket,
      Key: bundle.key,
      Body: bundle.bytes,
      ContentType: 'application/gzip',
      ChecksumSHA256: Buffer.from(bundle.sha256, 'hex').toString('base64'),
      IfNoneMatch: '*',
    });
  } catch (error) {
    // Someone else published the same version meanwhile.
    if (codeOf(error) !== 'PreconditionFailed' && codeOf(error) !== 'ConditionalRequestConflict') throw error;
    mustBeSame(bundle, await storedSha256(s3, bucket, bundle));
  }
}

/** The SHA-256 of what lies under the bundle's key, in hexadecimal; undefined when nothing does. */
async function storedSha256(s3: S3, bucket: string, { key }: Bundle): Promise<string | undefined> {
  const there = await unlessMissing(s3.headObject({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }));
  if (!there) return undefined;
  if (there.ChecksumSHA256) return Buffer.from(there.ChecksumSHA256, 'base64').toString('hex');
  // Put by another tool, without a checksum: its bytes must be read.
  const { createHash } = await import('node:crypto');
  const { Body } = await s3.getObject({ Bucket: bucket, Key: key });
  return createHash('sha256')
    .update((await Body?.transformToByteArray()) ?? '')
    .digest('hex');
}

function mustBeSame(bundle: Bundle, stored: string | undefined): void {
  if (stored === undefined || stored === bundle.sha256) return;
  throw failure(
    'BundleConflict',
    `${bundle.uri} already holds other bytes: SHA-256 ${stored.slice(0, 16)}…, and this bundle has ${bundle.sha256.slice(0, 16)}…. ` +
      `A version's code never changes, so nothing was published. Commit a change to the bundle's files (another SHA), or delete that object if it was put there by mistake.`,
  );
}

export async function groupChange(
  sagemaker: SageMaker,
  group: { name: string; description?: string },
  project: string,
): Promise<Change> {
  const { name, description } = group;
  const there = await unlessMissing(sagemaker.describeModelPackageGroup({ ModelPackageGroupName: name }));
  if (there) return { kind: 'model package group', name, action: 'same', details: [] };
  return {
    kind: 'model package group',
    name,
    action: 'create',
    details: [],
    apply: async () =>
      void (await sagemaker.createModelPackageGroup({
        ModelPackageGroupName: name,
        ...(description && { ModelPackageGroupDescription: description }),
        Tags: projectTags(project),
      })),
  };
}

/** By these, later commands know which project a resource is of. */
export function projectTags(project: string): { Key: string; Value: string }[] {
  return [{ Key: 'telar:project', Value: project }];
}

function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
