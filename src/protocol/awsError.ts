/** The one shape in which anything refuses a request. */

export type AwsError = Error & {
  /** The wire code: `ValidationException`, `NoSuchKey`, … */
  readonly code: string;
  /** HTTP status. */
  readonly status: number;
  /** Further members of the modelled error, for example `{ BucketName }`. */
  readonly members: Readonly<Record<string, unknown>>;
  /** Headers of the answer, where a protocol says something in them (S3: that what was asked for is a delete marker). */
  readonly headers?: Readonly<Record<string, string>>;
};

/** Makes an error that the codecs turn into an AWS answer. `status` below 500 is the sender's fault. */
export function awsError(code: string, message: string, status = 400, members: Record<string, unknown> = {}): AwsError {
  return Object.assign(new Error(message), { name: code, code, status, members });
}

export function isAwsError(error: unknown): error is AwsError {
  return error instanceof Error && 'code' in error && 'status' in error && 'members' in error;
}

/** One violated constraint of a request, as AWS words it: `Value '' at 'pipelineName' failed to satisfy constraint: Member must …`. */
export type Violation = string;
