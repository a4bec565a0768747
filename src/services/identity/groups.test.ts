/** Groups and permissions boundaries: what IAM refuses, and what it tells of them. */
import { describe, expect, it } from 'vitest';
import { administered, readBucket, roleArn, serviceTrust } from '../../../tests/support/identity.ts';
import { ACCOUNT, refusal } from '../../../tests/support/operations.ts';

const READ_ONLY = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';

describe('a group', () => {
  it('has a path, an id and members, and is one of its users for each of them', async () => {
    const { iam } = await administered();
    const { Group } = await iam('CreateGroup', { GroupName: 'data', Path: '/teams/' });
    expect(Group).toMatchObject({
      Arn: `arn:aws:iam::${ACCOUNT}:group/teams/data`,
      GroupId: expect.stringMatching(/^AGPA/),
    });
    await iam('AddUserToGroup', { GroupName: 'data', UserName: 'admin' });
    await iam('AddUserToGroup', { GroupName: 'data', UserName: 'admin' });
    expect((await iam('GetGroup', { GroupName: 'data' })).Users).toMatchObject([{ UserName: 'admin' }]);
    expect((await iam('ListGroups', { PathPrefix: '/teams/' })).Groups).toEqual([Group]);
    expect((await iam('ListGroups', { PathPrefix: '/none/' })).Groups).toEqual([]);
  });

  it('has a name of its own in any case', async () => {
    const { iam } = await administered();
    await iam('CreateGroup', { GroupName: 'data' });
    expect(await refusal(iam('CreateGroup', { GroupName: 'DATA' }))).toBe(
      'EntityAlreadyExists: Group with name DATA already exists.',
    );
    expect(await refusal(iam('GetGroup', { GroupName: 'none' }))).toBe(
      'NoSuchEntity: The group with name none cannot be found.',
    );
    expect(await refusal(iam('AddUserToGroup', { GroupName: 'data', UserName: 'nobody' }))).toMatch(/^NoSuchEntity/);
  });

  it('is deleted only when it is empty, and a user only when they are in none', async () => {
    const { iam } = await administered();
    const GroupName = 'data';
    await iam('CreateUser', { UserName: 'anna' });
    await iam('CreateGroup', { GroupName });
    await iam('AddUserToGroup', { GroupName, UserName: 'anna' });
    await iam('AttachGroupPolicy', { GroupName, PolicyArn: READ_ONLY });
    await iam('PutGroupPolicy', { GroupName, PolicyName: 'p', PolicyDocument: readBucket });
    expect(await refusal(iam('DeleteUser', { UserName: 'anna' }))).toMatch(/^DeleteConflict: .*group/);
    expect(await refusal(iam('DeleteGroup', { GroupName }))).toMatch(/^DeleteConflict: .*users/);
    await iam('RemoveUserFromGroup', { GroupName, UserName: 'anna' });
    expect(await refusal(iam('DeleteGroup', { GroupName }))).toMatch(/^DeleteConflict: .*detach/);
    await iam('DetachGroupPolicy', { GroupName, PolicyArn: READ_ONLY });
    expect(await refusal(iam('DeleteGroup', { GroupName }))).toMatch(/^DeleteConflict: .*delete policies/);
    expect((await iam('ListGroupPolicies', { GroupName })).PolicyNames).toEqual(['p']);
    await iam('DeleteGroupPolicy', { GroupName, PolicyName: 'p' });
    await iam('DeleteGroup', { GroupName });
    await iam('DeleteUser', { UserName: 'anna' });
  });

  it('is one of ten at most', async () => {
    const { iam } = await administered();
    for (let nth = 0; nth < 10; nth += 1) {
      await iam('CreateGroup', { GroupName: `g${nth}` });
      await iam('AddUserToGroup', { GroupName: `g${nth}`, UserName: 'admin' });
    }
    await iam('CreateGroup', { GroupName: 'g10' });
    expect(await refusal(iam('AddUserToGroup', { GroupName: 'g10', UserName: 'admin' }))).toBe(
      'LimitExceeded: Cannot exceed quota for GroupsPerUser: 10',
    );
    expect((await iam('ListGroupsForUser', { UserName: 'admin' })).Groups).toHaveLength(10);
  });
});

describe('a permissions boundary', () => {
  it('is given at creation or later, and shown', async () => {
    const { iam } = await administered();
    const RoleName = 'bounded';
    await iam('CreateRole', { RoleName, AssumeRolePolicyDocument: serviceTrust, PermissionsBoundary: READ_ONLY });
    const boundary = async () => (await iam('GetRole', { RoleName })).Role?.PermissionsBoundary?.PermissionsBoundaryArn;
    expect(await boundary()).toBe(READ_ONLY);
    await iam('PutRolePermissionsBoundary', { RoleName, PermissionsBoundary: 'arn:aws:iam::aws:policy/IAMFullAccess' });
    expect(await boundary()).toBe('arn:aws:iam::aws:policy/IAMFullAccess');
    await iam('DeleteRolePermissionsBoundary', { RoleName });
    expect(await boundary()).toBeUndefined();
    expect(await refusal(iam('DeleteRolePermissionsBoundary', { RoleName }))).toBe(
      'NoSuchEntity: Role bounded does not have permission boundary attached.',
    );
  });

  it('is a policy that exists, and then stays', async () => {
    const { iam } = await administered();
    const missing = `arn:aws:iam::${ACCOUNT}:policy/none`;
    expect(await refusal(iam('CreateUser', { UserName: 'u', PermissionsBoundary: missing }))).toMatch(/^NoSuchEntity/);
    const { Policy } = await iam('CreatePolicy', { PolicyName: 'bound', PolicyDocument: readBucket });
    await iam('CreateUser', { UserName: 'u', PermissionsBoundary: Policy!.Arn! });
    const used = { PolicyUsageFilter: 'PermissionsBoundary' } as const;
    expect((await iam('ListPolicies', used)).Policies).toMatchObject([
      { PolicyName: 'bound', PermissionsBoundaryUsageCount: 1, AttachmentCount: 0 },
    ]);
    expect(await refusal(iam('DeletePolicy', { PolicyArn: Policy!.Arn! }))).toMatch(/^DeleteConflict/);
    await iam('DeleteUser', { UserName: 'u' });
    await iam('DeletePolicy', { PolicyArn: Policy!.Arn! });
  });
});

it('creating with tags needs the right to tag', async () => {
  const { tables } = await administered();
  const row = tables.iam['CreateRole'] as unknown as { access(input: object): { action: string; resource: string }[] };
  const Tags = [{ Key: 'team', Value: 'red' }];
  expect(row.access({ RoleName: 'r', Tags })).toMatchObject([
    { action: 'iam:CreateRole', resource: roleArn('r') },
    { action: 'iam:TagRole', resource: roleArn('r') },
  ]);
});
