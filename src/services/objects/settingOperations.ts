/** The operations on what is set on a bucket: versioning, tags, CORS, life cycle and encryption. */
import type { World } from '../../base/world.ts';
import { type Operations, reads, writes } from '../../protocol/service.ts';
import { corsMembers, corsRules } from './cors.ts';
import { s3Errors } from './errors.ts';
import { lifecycleRules, ruleMembers } from './lifecycle.ts';
import type { Lifecycles } from './lifecycles.ts';
import { uploadId } from './multipart.ts';
import type { Objects } from './objects.ts';
import type { Settings } from './settings.ts';
import type { ObjectsStore } from './store.ts';
import { tagMembers, tagsOf } from './tags.ts';
import { type Input, type Output, onBucket, type S3Sdk } from './wire.ts';

type Versioning = 'PutBucketVersioning' | 'GetBucketVersioning';
type Tagging = 'PutBucketTagging' | 'GetBucketTagging' | 'DeleteBucketTagging';
type Cors = 'PutBucketCors' | 'GetBucketCors' | 'DeleteBucketCors';
type Lifecycle = 'PutBucketLifecycleConfiguration' | 'GetBucketLifecycleConfiguration' | 'DeleteBucketLifecycle';
type Encryption = 'PutBucketEncryption' | 'GetBucketEncryption' | 'DeleteBucketEncryption';

type Context = { rows: ObjectsStore; objects: Objects; settings: Settings; lifecycles: Lifecycles; world: World };

export function settingOperations(
  context: Context,
): Operations<S3Sdk, Versioning | Tagging | Cors | Lifecycle | Encryption> {
  return {
    ...versioningOperations(context),
    ...taggingOperations(context),
    ...corsOperations(context),
    ...lifecycleOperations(context),
    ...encryptionOperations(context),
  };
}

function versioningOperations({ rows, objects }: Context): Operations<S3Sdk, Versioning> {
  return {
    PutBucketVersioning: writes(
      (input) => onBucket('PutBucketVersioning', input.Bucket),
      (input) => {
        const { name } = objects.bucket(input);
        const { Status: status, MFADelete: mfa } = input.VersioningConfiguration ?? {};
        if (mfa === 'Enabled' || input.MFA !== undefined) throw s3Errors.notImplemented('MfaDelete');
        if (status !== 'Enabled' && status !== 'Suspended') throw s3Errors.illegalVersioning();
        rows.setVersioning({ name, versioning: status });
        return {};
      },
    ),
    // A bucket whose versioning was never touched answers with neither member.
    GetBucketVersioning: reads(
      (input) => onBucket('GetBucketVersioning', input.Bucket),
      (input) => {
        const { versioning } = objects.bucket(input);
        return versioning ? { Status: versioning } : {};
      },
    ),
  };
}

function taggingOperations({ objects, settings }: Context): Operations<S3Sdk, Tagging> {
  return {
    PutBucketTagging: writes(
      (input) => onBucket('PutBucketTagging', input.Bucket),
      (input) => {
        const { name } = objects.bucket(input);
        settings.set(name, 'tagging', tagsOf(input.Tagging?.TagSet, 'bucket'));
        return {};
      },
    ),
    GetBucketTagging: reads(
      (input) => onBucket('GetBucketTagging', input.Bucket),
      (input) => {
        const { name } = objects.bucket(input);
        const tags = settings.get(name, 'tagging');
        if (!tags || tags.length === 0) throw s3Errors.notSet('tagging', name);
        return { TagSet: tagMembers(tags) };
      },
    ),
    DeleteBucketTagging: writes(
      (input) => onBucket('PutBucketTagging', input.Bucket),
      (input) => {
        settings.remove(objects.bucket(input).name, 'tagging');
        return {};
      },
    ),
  };
}

function corsOperations({ objects, settings }: Context): Operations<S3Sdk, Cors> {
  return {
    PutBucketCors: writes(
      (input) => onBucket('PutBucketCORS', input.Bucket),
      (input) => {
        const { name } = objects.bucket(input);
        settings.set(name, 'cors', corsRules(input.CORSConfiguration?.CORSRules));
        return {};
      },
    ),
    GetBucketCors: reads(
      (input) => onBucket('GetBucketCORS', input.Bucket),
      (input) => {
        const { name } = objects.bucket(input);
        const rules = settings.get(name, 'cors');
        if (!rules) throw s3Errors.notSet('cors', name);
        return { CORSRules: rules.map(corsMembers) };
      },
    ),
    DeleteBucketCors: writes(
      (input) => onBucket('PutBucketCORS', input.Bucket),
      (input) => {
        settings.remove(objects.bucket(input).name, 'cors');
        return {};
      },
    ),
  };
}

function lifecycleOperations({ objects, settings, lifecycles, world }: Context): Operations<S3Sdk, Lifecycle> {
  return {
    PutBucketLifecycleConfiguration: writes(
      (input) => onBucket('PutLifecycleConfiguration', input.Bucket),
      (input, call) => {
        const { name } = objects.bucket(input);
        const newId = () => uploadId(call.now, world.random).slice(0, 48);
        settings.set(name, 'lifecycle', lifecycleRules(input.LifecycleConfiguration?.Rules, newId));
        lifecycles.start();
        return {};
      },
    ),
    GetBucketLifecycleConfiguration: reads(
      (input) => onBucket('GetLifecycleConfiguration', input.Bucket),
      (input) => {
        const { name } = objects.bucket(input);
        const rules = settings.get(name, 'lifecycle');
        if (!rules) throw s3Errors.notSet('lifecycle', name);
        return { Rules: rules.map(ruleMembers) };
      },
    ),
    DeleteBucketLifecycle: writes(
      (input) => onBucket('PutLifecycleConfiguration', input.Bucket),
      (input) => {
        settings.remove(objects.bucket(input).name, 'lifecycle');
        return {};
      },
    ),
  };
}

function encryptionOperations({ objects, settings }: Context): Operations<S3Sdk, Encryption> {
  return {
    PutBucketEncryption: writes(
      (input) => onBucket('PutEncryptionConfiguration', input.Bucket),
      (input) => {
        const { name } = objects.bucket(input);
        settings.set(name, 'encryption', { bucketKey: encryptionRule(input).BucketKeyEnabled ?? false });
        return {};
      },
    ),
    // As on S3, a bucket without a setting of its own has this one.
    GetBucketEncryption: reads(
      (input) => onBucket('GetEncryptionConfiguration', input.Bucket),
      (input): Output<'GetBucketEncryption'> => {
        const { name } = objects.bucket(input);
        const BucketKeyEnabled = settings.get(name, 'encryption')?.bucketKey ?? false;
        const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const }, BucketKeyEnabled };
        return { ServerSideEncryptionConfiguration: { Rules: [rule] } };
      },
    ),
    DeleteBucketEncryption: writes(
      (input) => onBucket('PutEncryptionConfiguration', input.Bucket),
      (input) => {
        settings.remove(objects.bucket(input).name, 'encryption');
        return {};
      },
    ),
  };
}

type EncryptionRule = NonNullable<
  NonNullable<Input<'PutBucketEncryption'>['ServerSideEncryptionConfiguration']>['Rules']
>[number];

/** @throws MalformedXML, InvalidArgument, NotImplemented for keys of KMS, which there is none of here */
function encryptionRule(input: Input<'PutBucketEncryption'>): EncryptionRule {
  const [rule, ...more] = input.ServerSideEncryptionConfiguration?.Rules ?? [];
  if (!rule || more.length > 0) throw s3Errors.malformedXml();
  const { SSEAlgorithm: algorithm = 'AES256', KMSMasterKeyID: key } = rule.ApplyServerSideEncryptionByDefault ?? {};
  if (algorithm !== 'AES256') throw s3Errors.notImplemented(`default encryption with ${algorithm}`);
  if (key !== undefined) {
    throw s3Errors.invalidArgument(
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
      'KMSMasterKeyID',
      key,
    );
  }
  return rule;
}
