/**
 * What of a project's documents depends on the account that it is deployed to: the account's number, the bucket's name (S3's
 * names are the whole world's, so that another account must choose another), and the ARNs of its own roles; and what changes with
 * every version of the code: where its bundle lies.
 *
 * X1. The places of the account and of the code are proven, not guessed: the documents are written for two accounts and two places,
 *     and differ in these alone. A project whose documents differ otherwise is refused.
 * X2. The bucket's name is a place in S3 URIs and ARNs only. Elsewhere it stays as it is, and `leftBehind` says where.
 */
import { assert } from '../base/assert.ts';
import { type Documents, type Settled, settle } from './documents.ts';

export type Place =
  | { readonly kind: 'bucket' }
  | { readonly kind: 'account' }
  | { readonly kind: 'code' }
  | { readonly kind: 'role'; readonly name: string };
/** A text, taken apart at the places in it. */
export type Parts = readonly (string | Place)[];

export type Places = {
  /** The documents, with the places still written out as `split` knows them. */
  readonly documents: Settled;
  readonly split: (text: string) => Parts;
  /** Where in a text the bucket is named outside of S3 URIs and ARNs: an excerpt of each. */
  readonly leftBehind: (text: string) => string[];
};

/** Two numbers that differ in every digit, and are nobody's: an account's does not begin with 0. */
const ACCOUNTS = ['047158236915', '058269347026'] as const;
/** They share no part of their paths, and are nobody's: a bucket's name does not end in a hyphen. */
const CODES = ['s3://telar-code-bundle-/bundle', 's3://other-code-/elsewhere'] as const;
const AROUND = 24;

/**
 * @param write a project's documents for an account
 * @throws when they depend on the account or the code's place otherwise than by naming it
 */
export function findPlaces(write: (account: string) => Documents): Places {
  const [account, other] = ACCOUNTS;
  const [code, moved] = CODES;
  const documents = settle(write(account), code);
  const before = plain(documents, account, code);
  const byAccount = firstDifference(before, plain(settle(write(other), code), other, code));
  if (byAccount !== undefined) {
    throw new Error(
      `Project '${documents.name}' depends on the account's number otherwise than by naming it (near ${byAccount}): it cannot be written for an account that is known only later. Use the number as it is given.`,
    );
  }
  const byCode = firstDifference(before, plain(settle(write(account), moved), account, moved));
  if (byCode !== undefined) {
    throw new Error(
      `Project '${documents.name}' depends on the place of its code bundle otherwise than by naming it (near ${byCode}): it cannot be written for a version that is known only later. Use codeBundleUri as it is given.`,
    );
  }
  const bucket = RegExp.escape(documents.bucket.name);
  const roles = documents.roles.map(({ name }) => RegExp.escape(name));
  const pattern = new RegExp(
    [
      ...(roles.length > 0 ? [`arn:aws:iam::${account}:role/(?<role>${roles.join('|')})(?![\\w+=,.@/-])`] : []),
      `(?<account>${account})`,
      `(?<code>${RegExp.escape(code)})`,
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

function placeOf({ role, account, code, bucket }: { readonly [name: string]: string | undefined }): Place {
  if (role !== undefined) return { kind: 'role', name: role };
  if (account !== undefined) return { kind: 'account' };
  if (code !== undefined) return { kind: 'code' };
  assert(bucket !== undefined, 'a place is a role, the account, the code or the bucket');
  return { kind: 'bucket' };
}

/** All of the documents' text, with characters that JSON's texts never hold in place of the account's number and the code's place. */
function plain(documents: Settled, account: string, code: string): string {
  return JSON.stringify(documents, (key, value: unknown) => (key === 'account' ? undefined : value))
    .replaceAll(account, '\0')
    .replaceAll(code, '\u0001');
}

function firstDifference(a: string, b: string): string | undefined {
  if (a === b) return undefined;
  let at = 0;
  while (a[at] === b[at]) at += 1;
  return JSON.stringify(a.slice(Math.max(0, at - AROUND), at + AROUND));
}
