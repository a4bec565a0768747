/** HTTP's preconditions as S3 keeps them (RFC 9110 §13), on reads and on writes. */
import { s3Errors } from './errors.ts';

export type ReadConditions = {
  ifMatch: string | undefined;
  ifNoneMatch: string | undefined;
  ifModifiedSince: Date | undefined;
  ifUnmodifiedSince: Date | undefined;
};
export type WriteConditions = { ifMatch: string | undefined; ifNoneMatch: string | undefined };

type Tagged = { etag: string; modifiedAt: number };

/** Whether a header such as `"abc", W/"def"` or `*` names the entity tag. S3 takes tags without quotes, too. */
export function namesEtag(header: string, etag: string): boolean {
  return header.split(',').some((part) => {
    const tag = part
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1');
    return tag === '*' || tag === etag;
  });
}

const laterThan = (object: Tagged, date: Date) => Math.floor(object.modifiedAt / 1000) > date.getTime() / 1000;

/** The condition that does not hold, if any; an If-Match that holds overrules If-Unmodified-Since, as on S3. */
export function failedReadCondition(
  conditions: ReadConditions,
  object: Tagged,
): 'If-Match' | 'If-Unmodified-Since' | 'If-None-Match' | 'If-Modified-Since' | undefined {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  if (ifMatch !== undefined) {
    if (!namesEtag(ifMatch, object.etag)) return 'If-Match';
  } else if (ifUnmodifiedSince && laterThan(object, ifUnmodifiedSince)) return 'If-Unmodified-Since';
  if (ifNoneMatch !== undefined) {
    if (namesEtag(ifNoneMatch, object.etag)) return 'If-None-Match';
  } else if (ifModifiedSince && !laterThan(object, ifModifiedSince)) return 'If-Modified-Since';
  return undefined;
}

/** For GetObject and HeadObject. @throws PreconditionFailed, NotModified (304) */
export function checkRead(conditions: ReadConditions, object: Tagged): void {
  const failed = failedReadCondition(conditions, object);
  if (failed === 'If-None-Match' || failed === 'If-Modified-Since') throw s3Errors.notModified(object);
  if (failed) throw s3Errors.preconditionFailed(failed);
}

/** For the source of a copy, where every failed condition is a 412. @throws PreconditionFailed */
export function checkCopySource(conditions: ReadConditions, source: Tagged): void {
  const failed = failedReadCondition(conditions, source);
  if (failed) throw s3Errors.preconditionFailed(`x-amz-copy-source-${failed}`);
}

/** For whatever replaces or removes an object. @throws PreconditionFailed, NoSuchKey, NotImplemented */
export function checkWrite(conditions: WriteConditions, current: Tagged | undefined, key: string): void {
  const { ifMatch, ifNoneMatch } = conditions;
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() !== '*') throw s3Errors.notImplemented('If-None-Match other than *');
    if (current) throw s3Errors.preconditionFailed('If-None-Match');
  }
  if (ifMatch !== undefined) {
    if (!current) throw s3Errors.noSuchKey(key);
    if (!namesEtag(ifMatch, current.etag)) throw s3Errors.preconditionFailed('If-Match');
  }
}
