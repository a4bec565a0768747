import { describe, expect, it } from 'vitest';
import type { Documents } from './documents.ts';
import { findPlaces } from './places.ts';

const role = (name: string) => ({ name, trustPolicy: {}, policies: [] });
const project =
  (definition: (account: string) => string, roles: string[] = []) =>
  (account: string): Documents => ({
    name: 'small',
    region: 'us-east-1',
    bucket: { name: 'small-data' },
    roles: roles.map(role),
    modelPackageGroups: [],
    machines: [],
    pipelines: [{ name: 'p', roleArn: `arn:aws:iam::${account}:role/r`, definition: definition(account) }],
  });
const places = (definition: (account: string) => string, roles?: string[]) => {
  const found = findPlaces(project(definition, roles));
  return { ...found, parts: found.split(found.documents.pipelines[0]!.definition) };
};
const account = { kind: 'account' };
const bucket = { kind: 'bucket' };

describe('the account', () => {
  it('is found wherever its number is', () => {
    const { parts } = places((id) => `arn:aws:sagemaker:us-east-1:${id}:pipeline/p and ${id}`);
    expect(parts).toEqual(['arn:aws:sagemaker:us-east-1:', account, ':pipeline/p and ', account]);
  });

  it('must not be used otherwise: such a project is refused, and told where', () => {
    expect(() => places((id) => `ends in ${id.slice(-4)}`)).toThrow(
      /Project 'small' depends on the account's number .*ends in/,
    );
    expect(() => places((id) => (id > '05' ? 'a' : 'b'))).toThrow(/otherwise than by naming it/);
  });

  it('is not another number that a project names', () => {
    const { parts } = places(() => 'arn:aws:iam::123456789012:role/theirs');
    expect(parts).toEqual(['arn:aws:iam::123456789012:role/theirs']);
    // The very number that the documents are written for: an account's it cannot be, and it is not taken for one.
    expect(() => places(() => '047158236915')).toThrow(/otherwise than by naming it/);
  });
});

describe("the code's place", () => {
  const rule = (input: (uri: string) => string) => (): Documents => ({
    ...{ name: 'small', region: 'us-east-1', bucket: { name: 'small-data' }, roles: [], modelPackageGroups: [] },
    ...{ machines: [], pipelines: [] },
    rules: [
      {
        ...{ name: 'r', arn: 'arn:aws:events:us-east-1:123456789012:rule/r', rule: {} },
        targets: (uri) => [{ Id: 't', Arn: 'a', Input: input(uri) }],
      },
    ],
  });
  const inputOf = (input: (uri: string) => string) => {
    const { documents, split } = findPlaces(rule(input));
    return split(documents.rules[0]!.targets[0]!.Input!);
  };

  it('is found wherever it is named', () => {
    expect(inputOf((uri) => `{"code":"${uri}"}`)).toEqual(['{"code":"', { kind: 'code' }, '"}']);
  });

  it('must not be used otherwise: it was written into the module as if it were known', () => {
    expect(() => inputOf((uri) => uri.split('/').at(-1)!)).toThrow(
      /Project 'small' depends on the place of its code bundle otherwise than by naming it .*bundle/,
    );
  });

  it('is looked for in what is known late: the account was not, there', () => {
    const byAccount = (account: string) => rule(() => account.slice(-4))();
    expect(() => findPlaces(byAccount)).toThrow(/depends on the account's number/);
  });
});

describe("the project's roles", () => {
  it('are found whole, where one name begins another', () => {
    const arn = (id: string, name: string) => `arn:aws:iam::${id}:role/${name}`;
    const { parts } = places(
      (id) => `${arn(id, 'r')} ${arn(id, 'r-2')} ${arn(id, 'r-3')} ${arn(id, 'r/x')}`,
      ['r', 'r-2'],
    );
    expect(parts).toEqual([
      { kind: 'role', name: 'r' },
      ' ',
      { kind: 'role', name: 'r-2' },
      ' arn:aws:iam::',
      account,
      ':role/r-3 arn:aws:iam::',
      account,
      ':role/r/x',
    ]);
  });

  it('may be named with signs that mean something to a pattern', () => {
    const { parts } = places((id) => `arn:aws:iam::${id}:role/a+b.c`, ['a+b.c', 'aab-c']);
    expect(parts).toEqual([{ kind: 'role', name: 'a+b.c' }]);
  });
});

describe('the bucket', () => {
  it('is a place in S3 URIs and ARNs, where its name ends', () => {
    const { parts } = places(
      () => 's3://small-data/x s3://small-data arn:aws:s3:::small-data/* arn:aws:s3:::small-data*',
    );
    expect(parts.filter((part) => typeof part === 'object')).toEqual([bucket, bucket, bucket, bucket]);
    const others = places(() => 's3://small-data-2/x s3://my-small-data/x s3://small-data.x/ small-data');
    expect(others.parts).toHaveLength(1);
  });

  it('stays elsewhere, and is told of', () => {
    const { leftBehind, documents } = places(
      () => '{"Environment":{"BUCKET":"small-data","OTHER":"small-data-2"}} s3://small-data/',
    );
    expect(leftBehind(documents.pipelines[0]!.definition)).toEqual([expect.stringMatching(/BUCKET":"small-data$/)]);
  });
});
