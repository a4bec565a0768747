/** What an object carries besides its bytes: system headers, user metadata, tags. Read from a request once, then kept as they are. */
import { s3Errors } from './errors.ts';
import { decodeMetadata } from './metadata.ts';
import { parseTags, type Tag } from './tags.ts';

export type Attributes = {
  contentType: string;
  cacheControl?: string;
  contentDisposition?: string;
  contentEncoding?: string;
  contentLanguage?: string;
  /** Milliseconds since the epoch. */
  expires?: number;
  websiteRedirect?: string;
  /** Left out for STANDARD. */
  storageClass?: StorageClass;
  metadata: Readonly<Record<string, string>>;
  tags?: readonly Tag[];
};

/** All but the last two can be read at once, and are served alike; those are archives (archive.ts). */
const STORAGE_CLASSES = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
] as const;
export type StorageClass = (typeof STORAGE_CLASSES)[number];

/** The members that PutObject, CopyObject and CreateMultipartUpload share. */
export type AttributeInput = {
  ContentType?: string | undefined;
  CacheControl?: string | undefined;
  ContentDisposition?: string | undefined;
  ContentEncoding?: string | undefined;
  ContentLanguage?: string | undefined;
  Expires?: Date | undefined;
  WebsiteRedirectLocation?: string | undefined;
  StorageClass?: string | undefined;
  Metadata?: Record<string, string> | undefined;
  Tagging?: string | undefined;
};

/** The members that ask for what Telar does not do. */
export type RefusedInput = {
  ACL?: string | undefined;
  GrantFullControl?: string | undefined;
  GrantRead?: string | undefined;
  GrantReadACP?: string | undefined;
  GrantWriteACP?: string | undefined;
  ServerSideEncryption?: string | undefined;
  SSECustomerAlgorithm?: string | undefined;
  SSECustomerKey?: string | undefined;
  ObjectLockMode?: string | undefined;
  ObjectLockRetainUntilDate?: Date | undefined;
  ObjectLockLegalHoldStatus?: string | undefined;
};

const LONGEST_METADATA = 2048;
const DEFAULT_TYPE = 'binary/octet-stream';

/** @throws MetadataTooLarge, InvalidTag, InvalidStorageClass, NotImplemented */
export function attributesOf(input: AttributeInput): Attributes {
  const attributes: Attributes = {
    contentType: input.ContentType || DEFAULT_TYPE,
    metadata: metadataOf(input.Metadata),
  };
  if (input.CacheControl) attributes.cacheControl = input.CacheControl;
  if (input.ContentDisposition) attributes.contentDisposition = input.ContentDisposition;
  if (input.ContentEncoding) attributes.contentEncoding = input.ContentEncoding;
  if (input.ContentLanguage) attributes.contentLanguage = input.ContentLanguage;
  if (input.Expires) attributes.expires = input.Expires.getTime();
  if (input.WebsiteRedirectLocation) attributes.websiteRedirect = input.WebsiteRedirectLocation;
  const storageClass = storageClassOf(input.StorageClass);
  if (storageClass !== 'STANDARD') attributes.storageClass = storageClass;
  const tags = input.Tagging ? parseTags(input.Tagging) : [];
  if (tags.length > 0) attributes.tags = tags;
  return attributes;
}

function metadataOf(metadata: Record<string, string> = {}): Record<string, string> {
  const entries = Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), decodeMetadata(value)] as const);
  const size = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  if (size > LONGEST_METADATA) throw s3Errors.metadataTooLarge(size);
  return Object.fromEntries(entries);
}

function storageClassOf(name: string | undefined): StorageClass {
  const found = STORAGE_CLASSES.find((each) => each === (name ?? 'STANDARD'));
  if (found) return found;
  throw s3Errors.invalidStorageClass();
}

/**
 * Refuses what Telar would not honour. SSE-S3 and SSE-KMS are taken and not carried out, which no answer claims they
 * were: see the README, By design.
 *
 * @throws AccessControlListNotSupported, InvalidRequest, NotImplemented
 */
export function refuseUnsupported(input: RefusedInput): void {
  const grants = [input.GrantFullControl, input.GrantRead, input.GrantReadACP, input.GrantWriteACP];
  if (
    (input.ACL !== undefined && input.ACL !== 'bucket-owner-full-control') ||
    grants.some((grant) => grant !== undefined)
  ) {
    throw s3Errors.aclNotSupported();
  }
  if (input.ObjectLockMode || input.ObjectLockRetainUntilDate || input.ObjectLockLegalHoldStatus) {
    throw s3Errors.invalidRequest('Bucket is missing Object Lock Configuration');
  }
  if (input.SSECustomerAlgorithm || input.SSECustomerKey) {
    throw s3Errors.notImplemented('x-amz-server-side-encryption-customer-algorithm');
  }
  const encryption = input.ServerSideEncryption;
  if (encryption !== undefined && encryption !== 'AES256' && encryption !== 'aws:kms') {
    throw s3Errors.notImplemented(`x-amz-server-side-encryption: ${encryption}`);
  }
}
