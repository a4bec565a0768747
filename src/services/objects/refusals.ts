/** The operations of S3 that Telar leaves out on purpose, and why: what a client is told, and docs/support.md. */
const DIRECTORY_BUCKETS = 'directory buckets (S3 Express) are not served; use a general purpose bucket.';
const METADATA_TABLES = "S3's metadata tables are not kept; list the bucket instead.";
const ANNOTATIONS = 'annotations are not kept; use tags or metadata.';

export const refusals = {
  CreateSession: DIRECTORY_BUCKETS,
  ListDirectoryBuckets: DIRECTORY_BUCKETS,
  RenameObject: 'it is of directory buckets only; copy the object, then delete it.',
  CreateBucketMetadataConfiguration: METADATA_TABLES,
  CreateBucketMetadataTableConfiguration: METADATA_TABLES,
  DeleteBucketMetadataConfiguration: METADATA_TABLES,
  DeleteBucketMetadataTableConfiguration: METADATA_TABLES,
  GetBucketMetadataConfiguration: METADATA_TABLES,
  GetBucketMetadataTableConfiguration: METADATA_TABLES,
  UpdateBucketMetadataAnnotationTableConfiguration: METADATA_TABLES,
  UpdateBucketMetadataInventoryTableConfiguration: METADATA_TABLES,
  UpdateBucketMetadataJournalTableConfiguration: METADATA_TABLES,
  DeleteObjectAnnotation: ANNOTATIONS,
  GetObjectAnnotation: ANNOTATIONS,
  ListObjectAnnotations: ANNOTATIONS,
  PutObjectAnnotation: ANNOTATIONS,
  GetBucketAbac: 'policies do not look at tags of buckets; write the condition into the policy.',
  PutBucketAbac: 'policies do not look at tags of buckets; write the condition into the policy.',
  PutBucketAccelerateConfiguration: 'there is no distance to be accelerated over: the server is this machine.',
  PutBucketAnalyticsConfiguration: 'storage classes cost the same here, so there is nothing to be analysed.',
  PutBucketIntelligentTieringConfiguration: 'storage classes are kept as names only; nothing would be moved.',
  PutBucketInventoryConfiguration: 'no inventories are written; list the bucket instead.',
  PutBucketMetricsConfiguration: 'no metrics of buckets are kept.',
  PutBucketReplication: 'there is no second place to replicate to; copy the data folder or sync the bucket.',
  PutBucketWebsite: 'no websites are served; put a web server in front of the files.',
  PutObjectLockConfiguration: 'object lock is not kept: whoever may delete an object could delete it all the same.',
  GetObjectTorrent: 'AWS has withdrawn it.',
  SelectObjectContent: 'AWS has withdrawn it for new accounts; read the object and filter it.',
  UpdateObjectEncryption: 'objects are not encrypted one by one; encrypt the disk.',
  WriteGetObjectResponse: 'there are no Object Lambda access points.',
} as const;
