/**
 * Who may reach a bucket, as far as a bucket says it: its policy, its public access block, and the ACLs that S3 no longer
 * uses. Policies are kept and checked here; they are evaluated where requests are authorized.
 */
import type { Policy } from '../../definition/policy/types.ts';
import { type Operations, reads, writes } from '../../protocol/service.ts';
import { ownerOf } from './bucketOperations.ts';
import { checkBucketPolicy, checkNames, isPublic } from './bucketPolicies.ts';
import { s3Errors } from './errors.ts';
import type { Objects } from './objects.ts';
import type { ObjectsPorts } from './ports.ts';
import type { PublicAccess, Settings } from './settings.ts';
import { type Input, type Output, onBucket, onObject, type S3Sdk } from './wire.ts';

type PolicyNames = 'PutBucketPolicy' | 'GetBucketPolicy' | 'DeleteBucketPolicy' | 'GetBucketPolicyStatus';
type AclNames = 'GetBucketAcl' | 'PutBucketAcl' | 'GetObjectAcl' | 'PutObjectAcl';
type OwnershipNames = 'PutBucketOwnershipControls' | 'GetBucketOwnershipControls' | 'DeleteBucketOwnershipControls';
type BlockNames = 'PutPublicAccessBlock' | 'GetPublicAccessBlock' | 'DeletePublicAccessBlock';

type Context = {
  objects: Objects;
  settings: Settings;
  account: string;
  ports: Pick<ObjectsPorts, 'principalExists'>;
};

export function accessOperations(
  context: Context,
): Operations<S3Sdk, PolicyNames | AclNames | OwnershipNames | BlockNames> {
  return {
    ...policyOperations(context),
    ...aclOperations(context),
    ...ownershipOperations(context),
    ...publicAccessOperations(context),
  };
}

/** New buckets keep the public out, as on S3 since 2023. */
const CLOSED: PublicAccess = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

function policyOperations({ objects, settings, ports }: Context): Operations<S3Sdk, PolicyNames> {
  const policyOf = (bucket: string): string => {
    const text = settings.get(bucket, 'policy');
    if (text === undefined) throw s3Errors.notSet('policy', bucket);
    return text;
  };
  return {
    PutBucketPolicy: writes(
      (input) => onBucket('PutBucketPolicy', input.Bucket),
      (input) => {
        const { name } = objects.bucket(input);
        const text = input.Policy ?? '';
        const policy = checkBucketPolicy(name, text);
        checkNames(policy, ports.principalExists);
        const block = settings.get(name, 'publicAccess') ?? CLOSED;
        if (block !== 'none' && block.BlockPublicPolicy && isPublic(policy)) throw s3Errors.publicPolicy(name);
        settings.set(name, 'policy', text);
        return {};
      },
    ),
    GetBucketPolicy: reads(
      (input) => onBucket('GetBucketPolicy', input.Bucket),
      (input) => ({ Policy: policyOf(objects.bucket(input).name) }),
    ),
    DeleteBucketPolicy: writes(
      (input) => onBucket('DeleteBucketPolicy', input.Bucket),
      (input) => {
        settings.remove(objects.bucket(input).name, 'policy');
        return {};
      },
    ),
    GetBucketPolicyStatus: reads(
      (input) => onBucket('GetBucketPolicyStatus', input.Bucket),
      (input) => {
        const { name } = objects.bucket(input);
        return { PolicyStatus: { IsPublic: isPublic(checkBucketPolicy(name, policyOf(name))) } };
      },
    ),
  };
}

/** A bucket's policy, parsed once for each text. */
export function bucketPolicies(settings: Settings): (bucket: string) => Policy | undefined {
  const parsed = new Map<string, { text: string; policy: Policy }>();
  return (bucket) => {
    const text = settings.get(bucket, 'policy');
    if (text === undefined) {
      parsed.delete(bucket);
      return undefined;
    }
    const known = parsed.get(bucket);
    if (known?.text === text) return known.policy;
    const policy = checkBucketPolicy(bucket, text);
    parsed.set(bucket, { text, policy });
    return policy;
  };
}

/** Only public policies are restricted: one that is narrowed enough not to be one lets in whom it says. */
export function restrictsPublic(settings: Settings, bucket: string): boolean {
  const block = settings.get(bucket, 'publicAccess') ?? CLOSED;
  const text = settings.get(bucket, 'policy');
  return (
    block !== 'none' && !!block.RestrictPublicBuckets && text !== undefined && isPublic(checkBucketPolicy(bucket, text))
  );
}

type AskedAcl = Pick<
  Input<'PutBucketAcl'>,
  'ACL' | 'AccessControlPolicy' | 'GrantFullControl' | 'GrantRead' | 'GrantReadACP' | 'GrantWrite' | 'GrantWriteACP'
>;

function aclOperations({ objects, account }: Context): Operations<S3Sdk, AclNames> {
  const owner = ownerOf(account);
  const grant = { Grantee: { Type: 'CanonicalUser' as const, ...owner }, Permission: 'FULL_CONTROL' as const };
  const answer = (): Output<'GetBucketAcl'> => ({ Owner: owner, Grants: [grant] });

  /** @throws AccessControlListNotSupported for anything but what is so anyway: the bucket's owner may do everything */
  function refuseOthers({ ACL: canned, AccessControlPolicy: policy, ...grants }: AskedAcl): void {
    const { GrantFullControl, GrantRead, GrantReadACP, GrantWrite, GrantWriteACP } = grants;
    const given = [GrantFullControl, GrantRead, GrantReadACP, GrantWrite, GrantWriteACP].some(
      (one) => one !== undefined,
    );
    const foreign = policy?.Grants?.some(
      ({ Grantee: to, Permission: what }) => to?.ID !== owner.ID || what !== 'FULL_CONTROL',
    );
    const harmless = canned === undefined || canned === 'private' || String(canned) === 'bucket-owner-full-control';
    if (!harmless || given || foreign) throw s3Errors.aclNotSupported();
  }

  return {
    GetBucketAcl: reads(
      (input) => onBucket('GetBucketAcl', input.Bucket),
      (input) => {
        objects.bucket(input);
        return answer();
      },
    ),
    PutBucketAcl: writes(
      (input) => onBucket('PutBucketAcl', input.Bucket),
      (input) => {
        objects.bucket(input);
        refuseOthers(input);
        return {};
      },
    ),
    GetObjectAcl: reads(
      (input) => onObject(input.VersionId === undefined ? 'GetObjectAcl' : 'GetObjectVersionAcl', input),
      (input) => {
        objects.get(input);
        return answer();
      },
      'data',
    ),
    PutObjectAcl: writes(
      (input) => onObject(input.VersionId === undefined ? 'PutObjectAcl' : 'PutObjectVersionAcl', input),
      (input) => {
        objects.get(input);
        refuseOthers(input as AskedAcl);
        return {};
      },
      'data',
    ),
  };
}

function ownershipOperations({ objects, settings }: Context): Operations<S3Sdk, OwnershipNames> {
  return {
    PutBucketOwnershipControls: writes(
      (input) => onBucket('PutBucketOwnershipControls', input.Bucket),
      (input) => {
        const { name } = objects.bucket(input);
        const [rule, ...more] = input.OwnershipControls?.Rules ?? [];
        if (!rule || more.length > 0) throw s3Errors.malformedXml();
        // Under the others ACLs would count.
        if (rule.ObjectOwnership !== 'BucketOwnerEnforced') {
          throw s3Errors.notImplemented(`ObjectOwnership: ${rule.ObjectOwnership}`);
        }
        settings.remove(name, 'ownership');
        return {};
      },
    ),
    GetBucketOwnershipControls: reads(
      (input) => onBucket('GetBucketOwnershipControls', input.Bucket),
      (input): Output<'GetBucketOwnershipControls'> => {
        const { name } = objects.bucket(input);
        if (settings.get(name, 'ownership') === 'none') throw s3Errors.notSet('ownership', name);
        return { OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } };
      },
    ),
    DeleteBucketOwnershipControls: writes(
      (input) => onBucket('PutBucketOwnershipControls', input.Bucket),
      (input) => {
        settings.set(objects.bucket(input).name, 'ownership', 'none');
        return {};
      },
    ),
  };
}

function publicAccessOperations({ objects, settings }: Context): Operations<S3Sdk, BlockNames> {
  return {
    PutPublicAccessBlock: writes(
      (input) => onBucket('PutBucketPublicAccessBlock', input.Bucket),
      (input) => {
        const { name } = objects.bucket(input);
        const asked = input.PublicAccessBlockConfiguration;
        if (!asked) throw s3Errors.malformedXml();
        settings.set(name, 'publicAccess', {
          BlockPublicAcls: asked.BlockPublicAcls ?? false,
          IgnorePublicAcls: asked.IgnorePublicAcls ?? false,
          BlockPublicPolicy: asked.BlockPublicPolicy ?? false,
          RestrictPublicBuckets: asked.RestrictPublicBuckets ?? false,
        });
        return {};
      },
    ),
    GetPublicAccessBlock: reads(
      (input) => onBucket('GetBucketPublicAccessBlock', input.Bucket),
      (input) => {
        const { name } = objects.bucket(input);
        const block = settings.get(name, 'publicAccess') ?? CLOSED;
        if (block === 'none') throw s3Errors.notSet('publicAccess', name);
        return { PublicAccessBlockConfiguration: block };
      },
    ),
    DeletePublicAccessBlock: writes(
      (input) => onBucket('PutBucketPublicAccessBlock', input.Bucket),
      (input) => {
        settings.set(objects.bucket(input).name, 'publicAccess', 'none');
        return {};
      },
    ),
  };
}
