/** S3's errors, worded as S3 words them: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
import { type AwsError, awsError } from '../../protocol/errors.ts';

const invalidArgument = (message: string, name: string, value: string) =>
  awsError('InvalidArgument', message, 400, { ArgumentName: name, ArgumentValue: value });
const invalidRequest = (message: string) => awsError('InvalidRequest', message);

const NOT_SET = {
  tagging: ['NoSuchTagSet', 'The TagSet does not exist'],
  policy: ['NoSuchBucketPolicy', 'The bucket policy does not exist'],
  cors: ['NoSuchCORSConfiguration', 'The CORS configuration does not exist'],
  lifecycle: ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
  ownership: ['OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'],
  publicAccess: ['NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found'],
  replication: ['ReplicationConfigurationNotFoundError', 'The replication configuration was not found'],
  website: ['NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'],
  objectLock: ['ObjectLockConfigurationNotFoundError', 'Object Lock configuration does not exist for this bucket'],
  configuration: ['NoSuchConfiguration', 'The specified configuration does not exist.'],
} as const;

type Archived = { bucket: string; key: string; attributes: { storageClass?: string } };
type Marker = { versionId: string | undefined; modifiedAt: number };

const ofMarker = ({ versionId }: Marker) => ({
  'x-amz-delete-marker': 'true',
  ...(versionId === undefined ? {} : { 'x-amz-version-id': versionId }),
});

function withHeaders(error: AwsError, headers: Record<string, string> | undefined): AwsError {
  return headers ? Object.assign(error, { headers }) : error;
}

export const s3Errors = {
  invalidArgument,
  invalidRequest,
  accessDenied: () => awsError('AccessDenied', 'Access Denied', 403),
  notImplemented: (what: string) =>
    awsError('NotImplemented', `A header you provided implies functionality that is not implemented: ${what}`, 501),

  noSuchBucket: (bucket: string) =>
    awsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: bucket }),
  bucketAlreadyOwnedByYou: (bucket: string) =>
    awsError(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      409,
      { BucketName: bucket },
    ),
  bucketNotEmpty: (bucket: string, advice = '') =>
    awsError('BucketNotEmpty', `The bucket you tried to delete is not empty${advice && `. ${advice}`}`, 409, {
      BucketName: bucket,
    }),
  illegalVersioning: () =>
    awsError('IllegalVersioningConfigurationException', 'The Versioning element must be specified'),
  invalidBucketName: (bucket: string, reason: string) =>
    awsError('InvalidBucketName', `The specified bucket is not valid.${reason}`, 400, { BucketName: bucket }),
  illegalLocation: (constraint: string) =>
    awsError(
      'IllegalLocationConstraintException',
      `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    ),
  invalidLocation: (constraint: string) =>
    awsError('InvalidLocationConstraint', 'The specified location-constraint is not valid', 400, {
      LocationConstraint: constraint,
    }),

  /** @param marker the delete marker that is the latest version of the key, if one is */
  noSuchKey: (key: string, marker?: Marker) =>
    withHeaders(
      awsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key }),
      marker && ofMarker(marker),
    ),
  noSuchVersion: (key: string, version: string) =>
    awsError('NoSuchVersion', 'The specified version does not exist.', 404, { Key: key, VersionId: version }),
  /** @param refused the destinations of notifications that are not there, or do not let S3 in */
  destination: (refused: readonly string[], reason: string) =>
    awsError(
      'InvalidArgument',
      `Unable to validate the following destination configurations: ${refused.join(', ')} (${reason}). The destination must exist, and its policy must allow s3.amazonaws.com.`,
      400,
      Object.fromEntries(refused.map((arn, at) => [`ArgumentName${at + 1}`, arn])),
    ),
  archived: ({ bucket, key, attributes: { storageClass } }: Archived) =>
    awsError(
      'InvalidObjectState',
      `The operation is not valid for the object's storage class: s3://${bucket}/${key} is archived in ${storageClass}. Restore it first (RestoreObject).`,
      403,
      { StorageClass: storageClass },
    ),
  notArchived: (storageClass: string) =>
    awsError('InvalidObjectState', "Restore is not allowed for the object's current storage class", 403, {
      StorageClass: storageClass,
    }),
  tier: () => invalidArgument('Retrieval option is not supported by this storage class', 'Tier', 'Expedited'),
  /** A version was asked for by its id, and is a delete marker. */
  deleteMarker: (marker: Marker) =>
    withHeaders(
      awsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405, {
        Method: 'GET',
        ResourceType: 'DeleteMarker',
      }),
      { ...ofMarker(marker), allow: 'DELETE', 'last-modified': new Date(marker.modifiedAt).toUTCString() },
    ),
  emptyVersionId: () => invalidArgument('Version id cannot be the empty string', 'versionId', ''),
  invalidVersionId: (version: string) => invalidArgument('Invalid version id specified', 'versionId', version),
  keyTooLong: (size: number) =>
    awsError('KeyTooLongError', 'Your key is too long', 400, { Size: size, MaxSizeAllowed: 1024 }),
  emptyKey: () => invalidArgument('The key must not be empty', 'key', ''),
  metadataTooLarge: (size: number) =>
    awsError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', 400, {
      Size: size,
      MaxSizeAllowed: 2048,
    }),
  invalidTag: (message: string, key?: string) =>
    awsError('InvalidTag', message, 400, key === undefined ? {} : { TagKey: key }),
  badRequest: (message: string) => awsError('BadRequest', message),
  invalidStorageClass: () => awsError('InvalidStorageClass', 'The storage class you specified is not valid'),
  aclNotSupported: () => awsError('AccessControlListNotSupported', 'The bucket does not allow ACLs'),

  malformedPolicy: (message: string) => awsError('MalformedPolicy', message),
  policyTooLarge: () => awsError('PolicyTooLarge', 'Policy exceeds the maximum allowed document size of 20480 bytes.'),
  publicPolicy: (bucket: string) =>
    awsError(
      'AccessDenied',
      `Access Denied: this policy makes ${bucket} public, and its public access block (BlockPublicPolicy) keeps it from that. Allow it with PutPublicAccessBlock first, or name the principals.`,
      403,
    ),
  /** Nothing of the kind is set. */
  notSet: (kind: keyof typeof NOT_SET, bucket: string) => {
    const [code, message] = NOT_SET[kind];
    return awsError(code, message, 404, { BucketName: bucket });
  },
  corsForbidden: (enabled: boolean) =>
    awsError(
      'AccessForbidden',
      enabled
        ? "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
        : 'CORSResponse: CORS is not enabled for this bucket.',
      403,
    ),
  noObjectLock: () => invalidRequest('Bucket is missing Object Lock Configuration'),

  preconditionFailed: (condition: string) =>
    awsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
      Condition: condition,
    }),
  /** Answered without a body, as HTTP demands of a 304. */
  notModified: (object: { etag: string; modifiedAt: number }) =>
    withHeaders(awsError('NotModified', 'Not Modified', 304), {
      etag: `"${object.etag}"`,
      'last-modified': new Date(object.modifiedAt).toUTCString(),
    }),
  invalidRange: (requested: string, size: number) =>
    awsError('InvalidRange', 'The requested range is not satisfiable', 416, {
      RangeRequested: requested,
      ActualObjectSize: size,
    }),
  invalidPartNumber: (requested: number, count: number) =>
    awsError('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416, {
      PartNumberRequested: requested,
      ActualPartCount: count,
    }),

  incompleteBody: () =>
    awsError('IncompleteBody', 'You did not provide the number of bytes specified by the Content-Length HTTP header'),
  entityTooLarge: (size: number | undefined, limit: number) =>
    awsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
      ...(size === undefined ? {} : { ProposedSize: size }),
      MaxSizeAllowed: limit,
    }),
  badDigest: (expected: string, calculated: string) =>
    awsError('BadDigest', 'The Content-MD5 you specified did not match what we received.', 400, {
      ExpectedDigest: expected,
      CalculatedDigest: calculated,
    }),
  badChecksum: (algorithm: string) =>
    awsError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`),
  malformedXml: () =>
    awsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    ),

  noSuchUpload: (upload: string) =>
    awsError(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      404,
      { UploadId: upload },
    ),
  invalidPart: (upload: string, part: number, etag: string) =>
    awsError(
      'InvalidPart',
      "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      400,
      { UploadId: upload, PartNumber: part, ETag: etag },
    ),
  invalidPartOrder: (upload: string) =>
    awsError(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
      400,
      { UploadId: upload },
    ),
  entityTooSmall: (part: { number: number; size: number; etag: string }) =>
    awsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
      ProposedSize: part.size,
      MinSizeAllowed: 5 * 1024 * 1024,
      PartNumber: part.number,
      ETag: part.etag,
    }),
} as const;
