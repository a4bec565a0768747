/** S3's errors, worded as S3 words them: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
import { awsError } from '../../protocol/errors.ts';

const invalidArgument = (message: string, name: string, value: string) =>
  awsError('InvalidArgument', message, 400, { ArgumentName: name, ArgumentValue: value });
const invalidRequest = (message: string) => awsError('InvalidRequest', message);

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
  bucketNotEmpty: (bucket: string) =>
    awsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, { BucketName: bucket }),
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

  noSuchKey: (key: string) => awsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key }),
  invalidVersionId: (version: string) => invalidArgument('Invalid version id specified', 'versionId', version),
  keyTooLong: (size: number) =>
    awsError('KeyTooLongError', 'Your key is too long', 400, { Size: size, MaxSizeAllowed: 1024 }),
  emptyKey: () => invalidArgument('The key must not be empty', 'key', ''),
  metadataTooLarge: (size: number) =>
    awsError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', 400, {
      Size: size,
      MaxSizeAllowed: 2048,
    }),
  invalidTag: (message: string) => awsError('InvalidTag', message),
  invalidStorageClass: () => awsError('InvalidStorageClass', 'The storage class you specified is not valid'),
  aclNotSupported: () => awsError('AccessControlListNotSupported', 'The bucket does not allow ACLs'),

  preconditionFailed: (condition: string) =>
    awsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
      Condition: condition,
    }),
  /** Answered without a body, as HTTP demands of a 304. */
  notModified: () => awsError('NotModified', 'Not Modified', 304),
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
