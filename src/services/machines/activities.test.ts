import { describe, expect, it } from 'vitest';
import { ACCOUNT, REGION, refusal, START } from '../../../tests/support/operations.ts';
import { machine, stateMachines } from '../../../tests/support/stateMachines.ts';
import { requireName } from './names.ts';

const activity = (name: string) => `arn:aws:states:${REGION}:${ACCOUNT}:activity:${name}`;

describe('activities', () => {
  it('are created once, described, listed and deleted', async () => {
    const { run } = stateMachines();
    const made = { activityArn: activity('sort.v1'), creationDate: new Date(START + 1000) };
    expect(await run('CreateActivity', { name: 'sort.v1' })).toEqual(made);
    expect(await run('CreateActivity', { name: 'sort.v1' })).toEqual(made);
    expect(await run('DescribeActivity', { activityArn: activity('sort.v1') })).toEqual({
      ...{ ...made, name: 'sort.v1', encryptionConfiguration: { type: 'AWS_OWNED_KEY' } },
    });
    expect(await run('ListActivities', {})).toEqual({ activities: [{ ...made, name: 'sort.v1' }] });
    for (const _ of ['deleted', 'deleted again'])
      expect(await run('DeleteActivity', { activityArn: activity('sort.v1') })).toEqual({});
    expect(await refusal(run('DescribeActivity', { activityArn: activity('sort.v1') }))).toBe(
      `ActivityDoesNotExist: Activity Does Not Exist: '${activity('sort.v1')}'`,
    );
    expect(await refusal(run('DescribeActivity', { activityArn: machine('m') }))).toBe(
      "InvalidArn: Invalid Arn: 'Resource type not valid in this context: stateMachine'",
    );
  });
});

describe('names', () => {
  it.each([...' \t<>{}[]?*"#%\\^|~`$&,;:/\u0000\u001f\u007f\u009f\ufffe\uffff\ud800', '\u{10ffff}'])(
    'hold no %j',
    (character) => {
      expect(() => requireName(`a${character}b`)).toThrow(`Invalid Name: 'a${character}b'`);
    },
  );

  it('hold anything else', () => {
    for (const name of ['a.b', "a'b", 'a@b=c+d!', 'mañana', '模型', '😀', '-_()'])
      expect(() => requireName(name)).not.toThrow();
  });
});

describe('tags', () => {
  const resourceArn = machine('m');
  const tag = (key: string, value = 'v') => ({ key, value });

  async function tagged() {
    const { create, run } = stateMachines();
    await create('m', { tags: [tag('team', 'data')] });
    const add = (...tags: { key: string; value: string }[]) => run('TagResource', { resourceArn, tags });
    const list = async (arn = resourceArn) => (await run('ListTagsForResource', { resourceArn: arn })).tags;
    return { run, add, list, create };
  }

  it('are added, replaced and removed', async () => {
    const { run, add, list } = await tagged();
    await add(tag('a', '1'), tag('a', '2'), tag('team', 'ml'));
    await add();
    expect(await list()).toEqual([tag('a', '2'), tag('team', 'ml')]);
    await run('UntagResource', { resourceArn, tagKeys: ['a', 'none'] });
    expect(await list()).toEqual([tag('team', 'ml')]);
  });

  it('are of activities, too, and go with them', async () => {
    const { run, list } = await tagged();
    await run('CreateActivity', { name: 'sort', tags: [tag('a')] });
    expect(await list(activity('sort'))).toEqual([tag('a')]);
    await run('DeleteActivity', { activityArn: activity('sort') });
    await run('CreateActivity', { name: 'sort' });
    expect(await list(activity('sort'))).toEqual([]);
  });

  it('are fifty at most, and of AWS’s characters', async () => {
    const { add, list } = await tagged();
    await add(...Array.from({ length: 49 }, (_, n) => tag(`k${n}`)));
    expect(await refusal(add(tag('one more')))).toMatch(/^TooManyTags: /);
    await add(tag('k0', 'again'));
    expect(await list()).toHaveLength(50);
    expect(await refusal(add(tag('a*')))).toMatch(/^ValidationException: Tags may only contain/);
    expect(await refusal(add(tag('aws:a')))).toMatch(/^ValidationException: .*aws:/);
  });

  it('are of nothing else', async () => {
    const { run, list } = await tagged();
    await run('PublishStateMachineVersion', { stateMachineArn: resourceArn });
    for (const arn of [`${resourceArn}:1`, machine('x'), activity('x'), 'arn:aws:s3:::bucket'])
      expect(await refusal(list(arn))).toBe(`ResourceNotFound: Resource not found: '${arn}'`);
    expect(await refusal(list('m'))).toMatch(/^InvalidArn/);
  });
});
