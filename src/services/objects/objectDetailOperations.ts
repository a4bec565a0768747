/** What is asked and said about one object besides its bytes: its tags, and GetObjectAttributes. */
import { type Call, type Operations, reads, writes } from '../../protocol/service.ts';
import { checksumMembers } from './checksums.ts';
import { objectKeys, seenBy, taggingKeys } from './conditionKeys.ts';
import { s3Errors } from './errors.ts';
import type { Tell } from './notifications.ts';
import type { Address, Objects } from './objects.ts';
import type { ObjectsStore, StoredObject } from './store.ts';
import { type Tag, tagMembers, tagsOf } from './tags.ts';
import { bySecond, type Input, type Output, onObject, type S3Sdk } from './wire.ts';

type Names = 'PutObjectTagging' | 'GetObjectTagging' | 'DeleteObjectTagging' | 'GetObjectAttributes';

export function objectDetailOperations(objects: Objects, rows: ObjectsStore, tell: Tell): Operations<S3Sdk, Names> {
  /** Tags belong to a version and are no part of its content: its time and its lineage stay as they are. */
  function setTags(object: StoredObject, tags: readonly Tag[], call: Call): { VersionId?: string } {
    const { tags: _, ...rest } = object.attributes;
    const attributes = tags.length > 0 ? { ...rest, tags } : rest;
    rows.setAttributes({ version: object.version, attributes: JSON.stringify(attributes) });
    const event = tags.length > 0 ? 'ObjectTagging:Put' : 'ObjectTagging:Delete';
    tell(object.bucket, () => ({ event, object, at: call.now, by: call }));
    return versionMember(object);
  }

  const found = (input: Address, call: Call) => seenBy(call, input.Bucket, () => objects.get(input));

  return {
    PutObjectTagging: writes(
      (input) => onObject(versioned('PutObject', 'Tagging', input), input, taggingKeys(objects, input)),
      (input, call) => setTags(found(input, call), tagsOf(input.Tagging?.TagSet, 'object'), call),
      'data',
    ),
    GetObjectTagging: reads(
      (input) => onObject(versioned('GetObject', 'Tagging', input), input, objectKeys(objects, input)),
      (input, call) => {
        const object = found(input, call);
        return { TagSet: tagMembers(object.attributes.tags ?? []), ...versionMember(object) };
      },
      'data',
    ),
    DeleteObjectTagging: writes(
      (input) => onObject(versioned('DeleteObject', 'Tagging', input), input, objectKeys(objects, input)),
      (input, call) => setTags(found(input, call), [], call),
      'data',
    ),
    GetObjectAttributes: reads(
      (input) => [
        ...onObject(versioned('GetObject', '', input), input, objectKeys(objects, input)),
        ...onObject(versioned('GetObject', 'Attributes', input), input, objectKeys(objects, input)),
      ],
      (input, call) => attributesOf(found(input, call), input),
      'data',
    ),
  };
}

const versioned = (verb: string, what: string, { VersionId }: { VersionId?: string | undefined }) =>
  `${verb}${VersionId === undefined ? '' : 'Version'}${what}`;

const versionMember = ({ versionId }: StoredObject) => (versionId === undefined ? {} : { VersionId: versionId });

const ATTRIBUTES = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'];
const MOST_PARTS = 1000;

/** @throws InvalidArgument, InvalidRequest, NotImplemented */
function attributesOf(object: StoredObject, input: Input<'GetObjectAttributes'>): Output<'GetObjectAttributes'> {
  if (input.SSECustomerAlgorithm || input.SSECustomerKey) {
    throw s3Errors.notImplemented('x-amz-server-side-encryption-customer-algorithm');
  }
  const asked: readonly string[] = input.ObjectAttributes ?? [];
  const unknown = asked.find((one) => !ATTRIBUTES.includes(one));
  if (unknown !== undefined || asked.length === 0) {
    throw s3Errors.invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', unknown ?? '');
  }
  const { checksum, parts } = object;
  return {
    LastModified: bySecond(object.modifiedAt),
    ...versionMember(object),
    ...(asked.includes('ETag') ? { ETag: object.etag } : {}),
    ...(asked.includes('Checksum') && checksum
      ? { Checksum: { ...checksumMembers(checksum), ChecksumType: checksum.type } }
      : {}),
    ...(asked.includes('ObjectParts') && parts ? { ObjectParts: partsOf(object, input) } : {}),
    ...(asked.includes('StorageClass') ? { StorageClass: object.attributes.storageClass ?? 'STANDARD' } : {}),
    ...(asked.includes('ObjectSize') ? { ObjectSize: object.size } : {}),
  };
}

/** As on S3, parts are listed one by one only where they have checksums. */
function partsOf({ parts = [], checksum }: StoredObject, input: Input<'GetObjectAttributes'>) {
  const after = Number(input.PartNumberMarker ?? 0);
  const limit = Math.min(input.MaxParts ?? MOST_PARTS, MOST_PARTS);
  if (!Number.isInteger(after) || after < 0) {
    throw s3Errors.invalidArgument(
      'Argument part-number-marker must be an integer between 0 and 2147483647',
      'part-number-marker',
      String(input.PartNumberMarker),
    );
  }
  if (!checksum || limit < 0) return { TotalPartsCount: parts.length };
  const page = parts.slice(after, after + limit);
  return {
    TotalPartsCount: parts.length,
    ...{ PartNumberMarker: String(after), NextPartNumberMarker: String(after + page.length), MaxParts: limit },
    IsTruncated: after + page.length < parts.length,
    Parts: page.map((part, index) => ({
      ...{ PartNumber: after + index + 1, Size: part.size },
      ...(part.checksum === undefined ? {} : checksumMembers({ algorithm: checksum.algorithm, value: part.checksum })),
    })),
  };
}
