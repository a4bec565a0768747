/**
 * The refusals of authentication, in the words of each protocol family: S3, the Query services and the JSON services
 * name the same faults differently, and clients act on the names.
 *
 * Sources: S3 API "Error responses"; IAM User Guide "Troubleshoot AWS API requests"; "Common errors" of the JSON APIs.
 */
import type { Protocol } from './api.ts';
import { type AwsError, awsError } from './errors.ts';

export type AuthErrors = {
  /** No signature at all. */
  missing(): AwsError;
  /** A signature whose parts cannot be read; `reason` says which. */
  malformed(form: 'header' | 'query', reason: string): AwsError;
  /** The access key is unknown. */
  unknownKey(accessKeyId: string): AwsError;
  /** The session token is wrong, or absent where the key needs one. */
  invalidToken(): AwsError;
  expiredToken(): AwsError;
  mismatch(reason?: string): AwsError;
};

const INVALID_TOKEN = 'The security token included in the request is invalid.';

const S3: AuthErrors = {
  missing: () => awsError('AccessDenied', 'Access Denied', 403),
  malformed: (form, reason) =>
    awsError(form === 'header' ? 'AuthorizationHeaderMalformed' : 'AuthorizationQueryParametersError', reason),
  unknownKey: (AWSAccessKeyId) =>
    awsError('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', 403, {
      AWSAccessKeyId,
    }),
  invalidToken: () => awsError('InvalidToken', 'The provided token is malformed or otherwise invalid.'),
  expiredToken: () => awsError('ExpiredToken', 'The provided token has expired.'),
  mismatch: (reason) =>
    awsError(
      'SignatureDoesNotMatch',
      reason ??
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      403,
    ),
};

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

const QUERY: AuthErrors = {
  missing: () => awsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403),
  malformed: (_form, reason) => awsError('IncompleteSignature', reason),
  unknownKey: () => awsError('InvalidClientTokenId', INVALID_TOKEN, 403),
  invalidToken: () => awsError('InvalidClientTokenId', INVALID_TOKEN, 403),
  expiredToken: () => awsError('ExpiredToken', 'The security token included in the request is expired', 403),
  mismatch: (reason) => awsError('SignatureDoesNotMatch', reason ?? MISMATCH, 403),
};

const JSON_FAMILY: AuthErrors = {
  missing: () => awsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403),
  malformed: (_form, reason) => awsError('IncompleteSignatureException', reason),
  unknownKey: () => awsError('UnrecognizedClientException', INVALID_TOKEN, 403),
  invalidToken: () => awsError('UnrecognizedClientException', INVALID_TOKEN, 403),
  expiredToken: () => awsError('ExpiredTokenException', 'The security token included in the request is expired', 403),
  mismatch: (reason) => awsError('InvalidSignatureException', reason ?? MISMATCH, 403),
};

/** The refusals as the protocol's services word them. */
export function authErrors(protocol: Protocol): AuthErrors {
  if (protocol === 'rest-xml') return S3;
  return protocol === 'query' ? QUERY : JSON_FAMILY;
}
