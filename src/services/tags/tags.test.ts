import * as sdk from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import { memoryStore, perform, refusal, testWorld } from '../../../tests/support/operations.ts';
import { defineApi } from '../../protocol/models.ts';
import { createTagsService, migrations } from './index.ts';
import { tagOperations } from './operations.ts';
import { tagRows } from './store.ts';
import { tagsOver } from './tags.ts';

const api = defineApi({
  name: 'sagemaker',
  signingNames: ['sagemaker'],
  protocol: 'json-1.1',
  targetPrefix: 'SageMaker',
  version: '2017-07-24',
  sdk: () => sdk,
});

const arn = 'arn:aws:sagemaker:us-east-1:123456789012:model-package-group/titanic';
const version = 'arn:aws:sagemaker:us-east-1:123456789012:model-package/titanic/1';
const ports = { exists: (one: string) => [arn, version].includes(one) };

function tagged() {
  const store = memoryStore([migrations], testWorld());
  const operations = tagOperations(tagsOver(tagRows(store.sql)), ports);
  return {
    ...createTagsService({ api, store, ports }),
    store,
    add: (ResourceArn: string, ...Tags: { Key: string; Value: string }[]) =>
      perform(store, operations.AddTags, { ResourceArn, Tags }),
    list: (ResourceArn: string, page: { MaxResults?: number; NextToken?: string | undefined } = {}) =>
      perform(store, operations.ListTags, { ResourceArn, ...page }),
    remove: (ResourceArn: string, ...TagKeys: string[]) =>
      perform(store, operations.DeleteTags, { ResourceArn, TagKeys }),
  };
}

const tag = (Key: string, Value = 'v') => ({ Key, Value });

describe('tags', () => {
  it('are added, replaced, listed and removed', async () => {
    const { add, list, remove } = tagged();
    await add(arn, tag('b'), tag('a', '1'));
    expect(await add(arn, tag('a', '2'))).toEqual({ Tags: [tag('a', '2'), tag('b')] });
    await remove(arn, 'b', 'not there');
    expect(await list(arn)).toEqual({ Tags: [tag('a', '2')] });
  });

  it('are set and removed by the service that owns the resource', async () => {
    const { setTags, removeTags, tagsOf, store, list } = tagged();
    await store.transact(() => setTags(arn, [tag('team', 'data')]));
    expect(await list(arn)).toEqual({ Tags: tagsOf(arn) });
    await store.transact(() => removeTags(arn));
    expect(tagsOf(arn)).toEqual([]);
  });

  it('are listed page by page', async () => {
    const { add, list } = tagged();
    await add(arn, tag('a'), tag('b'), tag('c'));
    const first = await list(arn, { MaxResults: 2 });
    expect(first.Tags).toEqual([tag('a'), tag('b')]);
    expect(await list(arn, { MaxResults: 2, NextToken: first.NextToken })).toEqual({ Tags: [tag('c')] });
    expect(await refusal(list(version, { NextToken: first.NextToken }))).toMatch(/^ValidationException/);
  });

  it('are refused by name when they cannot be', async () => {
    const { add, list } = tagged();
    const gone = `${arn}-gone`;
    expect(await refusal(list(gone))).toBe(`ValidationException: Resource ${gone} does not exist.`);
    expect(await refusal(add(version, tag('a')))).toMatch(/Tags are not supported in Model Package versions/);
    expect(await refusal(add(arn, tag('a'), tag('a')))).toMatch(/'a' is given twice/);
    expect(await refusal(add(arn, tag('AWS:a')))).toMatch(/aws: prefixed tag key names are not allowed/);
  });

  it('are fifty at most, and the ones too many leave nothing behind', async () => {
    const { add, list } = tagged();
    await add(arn, ...Array.from({ length: 49 }, (_, n) => tag(`k${n}`)));
    expect(await refusal(add(arn, tag('x'), tag('y')))).toMatch(/more than 50 tags/);
    expect((await list(arn)).Tags).toHaveLength(49);
  });
});
