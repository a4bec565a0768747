/** Tags of objects and buckets: how they are written, and how many there may be. */
import { s3Errors } from './errors.ts';

export type Tag = { key: string; value: string };

/** Tags as requests and answers carry them. */
export type TagMember = { Key?: string | undefined; Value?: string | undefined };

const MOST = { object: 10, bucket: 50 } as const;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;
/** Letters, digits, spaces and a few marks of any script. */
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** The `x-amz-tagging` header: `name=value&name=value`, URL-encoded. @throws InvalidArgument, BadRequest, InvalidTag */
export function parseTags(header: string): Tag[] {
  const tags = [...new URLSearchParams(header)].map(([key, value]) => ({ key, value }));
  checkTags(tags, 'object');
  return tags;
}

/** @throws MalformedXML, BadRequest, InvalidTag */
export function tagsOf(members: readonly TagMember[] | undefined, of: keyof typeof MOST): Tag[] {
  if (!members) throw s3Errors.malformedXml();
  const tags = members.map(({ Key, Value }) => {
    if (Key === undefined || Value === undefined) throw s3Errors.malformedXml();
    return { key: Key, value: Value };
  });
  checkTags(tags, of);
  return tags;
}

export const tagMembers = (tags: readonly Tag[]) => tags.map(({ key, value }) => ({ Key: key, Value: value }));

function checkTags(tags: readonly Tag[], of: keyof typeof MOST): void {
  if (tags.length > MOST[of]) {
    throw of === 'object'
      ? s3Errors.badRequest('Object tags cannot be greater than 10')
      : s3Errors.badRequest('Bucket tag count cannot be greater than 50');
  }
  for (const { key, value } of tags) {
    if (key.length === 0 || key.length > LONGEST_KEY || !ALLOWED.test(key)) {
      throw s3Errors.invalidTag('The TagKey you have provided is invalid', key);
    }
    if (value.length > LONGEST_VALUE || !ALLOWED.test(value)) {
      throw s3Errors.invalidTag('The TagValue you have provided is invalid', key);
    }
    if (/^aws:/i.test(key)) {
      throw s3Errors.invalidTag('System tags cannot be added/updated by requester', key);
    }
  }
  if (new Set(tags.map(({ key }) => key)).size < tags.length) {
    throw s3Errors.invalidTag('Cannot provide multiple Tags with the same key');
  }
}
