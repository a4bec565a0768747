/** S3's official client on a server of its own, with what cases about objects need again and again. */
import {
  CreateBucketCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { startTestServer, type TestServer } from './server.ts';

export type Refused = { code: string; status: number | undefined; message: string };

export type S3Bench = {
  server: TestServer;
  s3: S3Client;
  /** A client with other settings. */
  client(config: S3ClientConfig): S3Client;
  /** Makes a bucket with a name of its own. */
  bucket(options?: { versioned?: boolean }): Promise<string>;
  put(Bucket: string, Key: string, Body?: string | Uint8Array, more?: Partial<PutObjectCommandInput>): Promise<Put>;
  /** The object's bytes as text. */
  read(Bucket: string, Key: string, more?: Partial<GetObjectCommandInput>): Promise<string>;
  head(Bucket: string, Key: string, more?: Partial<GetObjectCommandInput>): Promise<Record<string, unknown>>;
  close(): Promise<void>;
};

type Put = { ETag: string; VersionId: string | undefined };

export async function s3Bench(): Promise<S3Bench> {
  const server = await startTestServer();
  const clients: S3Client[] = [];
  const client = (config: S3ClientConfig) => {
    const made = new S3Client({ ...server.client, forcePathStyle: true, ...config });
    clients.push(made);
    return made;
  };
  const s3 = client({});
  let count = 0;
  return {
    ...{ server, s3, client },
    async bucket({ versioned = false } = {}) {
      count += 1;
      const Bucket = `bucket-${count}`;
      await s3.send(new CreateBucketCommand({ Bucket }));
      if (versioned) {
        await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
      }
      return Bucket;
    },
    async put(Bucket, Key, Body = Key, more = {}) {
      const { ETag, VersionId } = await s3.send(
        new PutObjectCommand({ Bucket, Key, Body: Buffer.from(Body), ...more }),
      );
      return { ETag: ETag!, VersionId };
    },
    async read(Bucket, Key, more = {}) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
      return Body!.transformToString();
    },
    async head(Bucket, Key, more = {}) {
      const { $metadata: _, ...answer } = await s3.send(new HeadObjectCommand({ Bucket, Key, ...more }));
      return answer;
    },
    async close() {
      for (const each of clients) each.destroy();
      await server.close();
    },
  };
}

/** How a request is refused: `NoSuchKey 404`. Fails when it is not. */
export async function refused(work: Promise<unknown>): Promise<string> {
  const { code, status } = await refusal(work);
  return `${code} ${status}`;
}

export async function refusal(work: Promise<unknown>): Promise<Refused> {
  let answer: unknown;
  try {
    answer = await work;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    if (!$metadata) throw error;
    return { code: name, status: $metadata.httpStatusCode, message };
  }
  throw new Error(`It was not refused, but answered ${JSON.stringify(answer)}`);
}
