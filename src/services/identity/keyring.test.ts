import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { administered, roleArn, serviceTrust } from '../../../tests/support/identity.ts';

type Step = { change: 'session' | 'key' | 'off' | 'on' | 'remove' | 'role'; undone: boolean };

const step: fc.Arbitrary<Step> = fc.record({
  change: fc.constantFrom('session', 'key', 'off', 'on', 'remove', 'role'),
  undone: fc.boolean(),
});

describe('the keyring', () => {
  it('equals what the store says, whatever was done and undone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { iam, tables, store, roleSession, credential, reopened, keys } = await administered();
        await iam('CreateRole', { RoleName: 'job', AssumeRolePolicyDocument: serviceTrust });
        const ids = new Set([keys.accessKeyId]);
        let newest = keys.accessKeyId;
        const call = { requestId: '', account: '', region: '', principal: {} as never, now: 0, headers: {} };
        const run = (name: keyof typeof tables.iam, input: object) =>
          (tables.iam[name] as { run(input: object, given: object): unknown }).run(input, call);
        const changes: Record<Step['change'], () => void> = {
          session: () => void ids.add(roleSession(roleArn('job'), 's', 900).AccessKeyId),
          key() {
            const made = run('CreateAccessKey', { UserName: 'admin' }) as { AccessKey: { AccessKeyId: string } };
            newest = made.AccessKey.AccessKeyId;
            ids.add(newest);
          },
          off: () => void run('UpdateAccessKey', { UserName: 'admin', AccessKeyId: newest, Status: 'Inactive' }),
          on: () => void run('UpdateAccessKey', { UserName: 'admin', AccessKeyId: newest, Status: 'Active' }),
          remove: () => void run('DeleteAccessKey', { UserName: 'admin', AccessKeyId: newest }),
          role: () => void run('DeleteRole', { RoleName: 'job' }),
        };
        for (const { change, undone } of steps) {
          const work = store.transact(() => {
            changes[change]();
            if (undone) throw new Error('undone');
          });
          // A refusal (a third key, a role that is gone) is a rollback like any other.
          await work.catch(() => {});
        }
        const fresh = reopened();
        for (const id of ids) expect(credential(id)).toEqual(fresh.credential(id));
      }),
      { numRuns: 60 },
    );
  });
});
