/**
 * What of a project's documents depends on the account that it is deployed to: the account's number, the bucket's name (S3's
 * names are the whole world's, so that another account must choose another), and the ARNs of its own roles.
 *
 * X1. The account's places are proven, not guessed: the documents are written for two accounts, and differ in their numbers
 *     alone. A project whose documents differ otherwise is refused.
 * X2. The bucket's name is a place in S3 URIs and ARNs only. Elsewhere it stays as it is, and `leftBehind` says where.
 */
import { assert } from '../base/assert.ts';
import type { Documents } from './documents.ts';

export type Place =
  | { readonly kind: 'bucket' }
  | { readonly kind: 'account' }
  | { readonly kind: 'role'; readonly name: string };
/** A text, taken apart at the places in it. */
export type Parts = readonly (string | Place)[];

export type Places = {
  /** The documents, with the places still written out as `split` knows them. */
  readonly documents: Documents;
  readonly split: (text: string) => Parts;
  /** Where in a text the bucket is named outside of S3 URIs and ARNs: an excerpt of each. */
  readonly leftBehind: (text: string) => string[];
};

/** Two numbers that differ in every digit, and are nobody's: an account's does not begin with 0. */
const ACCOUNTS = ['047158236915', '058269347026'] as const;
const AROUND = 24;

/**
 * @param write a project's documents for an account
 * @throws when they depend on the account otherwise than by holding its number
 */
export function findPlaces(write: (account: string) => Documents): Places {
  const [account, other] = ACCOUNTS;
  const documents = write(account);
  const differing = firstDifference(plain(documents, account), plain(write(other), other));
  if (differing !== undefined) {
    throw new Error(
      `Project '${documents.name}' depends on the account's number otherwise than by naming it (near ${differing}): it cannot be written for an account that is known only later. Use the number as it is given.`,
    );
  }
  const bucket = RegExp.escape(documents.bucket.name);
  const roles = documents.roles.map(({ name }) => RegExp.escape(name));
  const pattern = new RegExp(
    [
      ...(roles.length > 0 ? [`arn:aws:iam::${account}:role/(?<role>${roles.join('|')})(?![\\w+=,.@/-])`] : []),
      `(?<account>${account})`,
      `(?<=s3://|arn:aws:s3:::)(?<bucket>${bucket})(?![a-z0-9.-])`,
    ].join('|'),
    'g',
  );
  const word = new RegExp(`(?<![a-z0-9.-])${bucket}(?![a-z0-9-])`, 'g');
  const split = (text: string) => splitAt(pattern, text);
  const leftBehind = (text: string) =>
    split(text).flatMap((part) =>
      typeof part !== 'string'
        ? []
        : [...part.matchAll(word)].map(({ index, 0: { length } }) =>
            part.slice(Math.max(0, index - AROUND), index + length),
          ),
    );
  return { documents, split, leftBehind };
}

function splitAt(pattern: RegExp, text: string): Parts {
  const parts: (string | Place)[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) parts.push(text.slice(from, match.index));
    parts.push(placeOf(match.groups ?? {}));
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

function placeOf({ role, account, bucket }: { readonly [name: string]: string | undefined }): Place {
  if (role !== undefined) return { kind: 'role', name: role };
  assert(account !== undefined || bucket !== undefined, 'a place is a role, the account or the bucket');
  return account !== undefined ? { kind: 'account' } : { kind: 'bucket' };
}

/** All of the documents' text, with a character that JSON's texts never hold in place of the account's number. */
function plain(documents: Documents, account: string): string {
  return JSON.stringify(documents, (key, value: unknown) => (key === 'account' ? undefined : value)).replaceAll(
    account,
    '\0',
  );
}

function firstDifference(a: string, b: string): string | undefined {
  if (a === b) return undefined;
  let at = 0;
  while (a[at] === b[at]) at += 1;
  return JSON.stringify(a.slice(Math.max(0, at - AROUND), at + AROUND));
}
