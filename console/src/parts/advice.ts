/** What a person can do about an error, by its AWS code; undefined where only its message helps. */
const ADVICE: [RegExp, string][] = [
  [
    /^AccessDenied|^UnauthorizedOperation$|^AuthorizationError/,
    'Sign in with an identity whose policies allow it, or ask whoever manages them to allow it.',
  ],
  [/^ExpiredToken|^InvalidClientTokenId$|^UnrecognizedClient|^SignatureDoesNotMatch$|^Unauthorized$/, 'Sign in again.'],
  [
    /NotFound|DoesNotExist|^NoSuch|^404$/,
    'It may have been deleted or renamed since this page was opened; go back to its list and look for it there.',
  ],
  [/Thrott|^TooManyRequests|^SlowDown$|LimitExceeded/, 'Wait a moment, then try again.'],
  [/^Conflict|^ResourceInUse|Conflict$/, 'Something else is changing it; look at what it is now, then try again.'],
  [/^NetworkError$|^TypeError$|^Failed to fetch$/, 'See whether the server runs (telar status), then try again.'],
  [
    /^InternalFailure$|^InternalServer|^InternalError$|^ServiceUnavailable/,
    'Try again; if it stays, the server’s log tells what happened.',
  ],
];

export function adviceFor(code: string | undefined): string | undefined {
  return code === undefined ? undefined : ADVICE.find(([pattern]) => pattern.test(code))?.[1];
}

/** A message as a sentence: it ends with a full stop, once. */
export function sentence(message: string): string {
  const text = message.trim();
  return text === '' || /[.!?…]$/.test(text) ? text : `${text}.`;
}
