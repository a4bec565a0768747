/**
 * One AWS API as Telar serves it: its wire protocol and its operations, read from the schemas that the official SDK
 * client exports (`CreatePipeline$` …), so that the wire can never disagree with the clients.
 */
import type { AwsError, Violation } from './awsError.ts';
import type { StructureShape } from './shapes.ts';

export type Protocol = 'json-1.0' | 'json-1.1' | 'query' | 'rest-xml' | 'rest-json' | 'own-json';

/** An operation of the API's model. The shapes are resolved when first asked for. */
export type OperationModel = {
  name: string;
  input(): StructureShape;
  output(): StructureShape;
  /**
   * The `http` trait, for REST protocols. `uri` is `/path/{Label}/{Greedy+}?literal&name=value`; S3's begins with
   * `/{Bucket}` wherever the operation is on a bucket, whatever style of address the client chose.
   */
  http: { method: string; uri: string; status: number } | undefined;
  /** The input member that carries the raw body as a stream (S3 `Body`), if any. */
  streamingInput: string | undefined;
  /** The checksum headers of a request are about its body (elsewhere, as in CompleteMultipartUpload, about the object). */
  checksummed: boolean;
};

export type Api = {
  /** The service prefix of IAM actions, and Telar's name for the API: `sagemaker`, `s3`, `iam`, `sts`. */
  name: string;
  /** The credential scope's service names that clients sign with. */
  signingNames: readonly string[];
  protocol: Protocol;
  /** The part of `X-Amz-Target` before the dot, for JSON protocols: `SageMaker`. */
  targetPrefix: string | undefined;
  /** The API's version, as Query clients send it, and its XML namespace. */
  version: string;
  xmlNamespace: string | undefined;
  /** With which it refuses what violates a constraint of its model, where that is not its protocol's usual code. */
  validationCode?: string;
  /** How it words what violates its model, where that is not how others do. */
  violated?(violations: readonly Violation[]): AwsError;
  /**
   * It once spoke the Query protocol: errors have the codes of that, and clients are told them in a header beside the names of
   * the model (`awsQueryCompatible`).
   */
  queryCompatible?: true;
  /** The code with which it says that somebody may not do something, likewise. */
  deniedCode?: string;
  /** What may be asked for without a signature: by a link whose parameters hold the secret, or where a resource's policy allows it. */
  unsigned?: readonly string[];
  /** Longest bodies of operations that need more than others, in bytes; and the code with which more is refused. */
  bodies?: { most: Readonly<Record<string, number>>; code: string };
  operations: ReadonlyMap<string, OperationModel>;
  /** The errors of the model: the name of each shape by that name, and by its code on the wire where that is another one. */
  errors: ReadonlyMap<string, string>;
};
