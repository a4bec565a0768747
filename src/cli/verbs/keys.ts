/** `telar keys`: a user's access keys, and their rotation. */
import type { IAM } from '@aws-sdk/client-iam';
import { formatDuration } from '../../base/duration.ts';
import { replaceFolderKeys, type SecretKey, writeProfile } from '../access/profile.ts';
import { byAge, type Key, labelFor, nextStep, type Step } from '../access/rotation.ts';
import { type Clients, everyPage } from '../aws.ts';
import type { Context } from '../context.ts';
import { type ExitStatus, failure } from '../errors.ts';
import { table } from '../render/text.ts';
import { clients } from './shared.ts';

export async function listKeys(context: Context, user: string): Promise<ExitStatus> {
  const { out } = context;
  const { accent, bold, dim } = out.style;
  const keys = await keysOf(clients(context), user);
  if (keys.length === 0) out.line(`User ${user} has no access key. '${out.command(`keys rotate ${user}`)}' makes one.`);
  else {
    const now = Date.now();
    const ago = (at: Date | undefined) => (at ? `${formatDuration(now - at.getTime())} ago` : '');
    const rows = keys.map(({ id, active, createdAt, label, usedAt, usedFor }) => [
      id,
      label ?? '',
      active ? accent('Active') : dim('Inactive'),
      ago(createdAt),
      usedAt ? `${ago(usedAt)} ${dim(usedFor ?? '')}` : dim('never'),
    ]);
    out.lines(table([['Key', 'Label', 'Status', 'Created', 'Last used'].map(bold), ...rows]));
  }
  out.result({ user, keys: keys.map(record) });
  return 0;
}

type Options = { now?: boolean; deleteOld?: boolean; profile?: string };

export async function rotate(context: Context, user: string, options: Options): Promise<ExitStatus> {
  const on = clients(context);
  const iam = await on.iam();
  const wanted = { now: options.now === true, deleteOld: options.deleteOld === true };
  const step = nextStep(await keysOf(on, user), wanted);
  switch (step.kind) {
    case 'create':
      return create(context, iam, user, step, options);
    case 'wait':
      throw failure(
        'NewKeyUnused',
        `The new key ${step.fresh.id} of ${user} has not been used yet, so the old one, ${step.old.id}, stays on. Use the new key, then run this again; or add --now.`,
      );
    case 'retire':
      return retired(context, user, step, await retire(iam, user, step.old, wanted.deleteOld));
    case 'rotated':
      return retired(context, user, step, 'Inactive');
  }
}

/** Makes the key to rotate to, or a user's first, and hands it over. */
async function create(
  context: Context,
  before: IAM,
  user: string,
  { old }: Extract<Step, { kind: 'create' }>,
  options: Options,
): Promise<ExitStatus> {
  const { out } = context;
  const { bold, dim } = out.style;
  const { AccessKey } = await before.createAccessKey({ UserName: user });
  const key: SecretKey = {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  };
  const replaced = old !== undefined && replaceFolderKeys(context.data.credentials, old.id, key);
  const written = [
    ...(replaced ? [context.data.credentials] : []),
    ...(options.profile === undefined ? [] : [profilePath(context, options.profile, key)]),
  ];
  const oldLabel = old && (old.label ?? labelFor(user, undefined));
  const label = labelFor(user, oldLabel);
  out.line(`${bold(key.accessKeyId)} ${dim(label)} is the ${old ? 'new' : 'first'} key of ${user}.`);
  if (written.length > 0) out.line(`  written to ${written.join(' and ')}`);
  else {
    out.line(`  AWS_ACCESS_KEY_ID=${key.accessKeyId}`);
    out.line(`  AWS_SECRET_ACCESS_KEY=${key.secretAccessKey}`);
    out.line(dim('  The secret is shown this once.'));
  }
  // Told before anything else may fail: nobody can be told a secret twice.
  out.event({ event: 'created', user, accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey });
  const labels = [{ id: key.accessKeyId, label }, ...(old && !old.label ? [{ id: old.id, label: oldLabel! }] : [])];
  // Where telar itself signed with the old key, it goes on with the new one.
  const iam = replaced ? await clients(context).iam() : before;
  await iam.tagUser({ UserName: user, Tags: labels.map((one) => ({ Key: one.id, Value: one.label })) });
  const oldStatus = old && options.now ? await retire(iam, user, old, options.deleteOld === true) : old && 'Active';
  if (old) sayOld(context, user, old, oldStatus!);
  out.result({
    ...{ user, step: 'created', writtenTo: written },
    newKey: { ...key, label },
    oldKey: old ? { accessKeyId: old.id, status: oldStatus } : null,
  });
  return 0;
}

const profilePath = ({ environment }: Context, profile: string, key: SecretKey): string =>
  `${writeProfile(environment, profile, key)} (profile ${profile})`;

type OldStatus = 'Active' | 'Inactive' | 'Deleted';

async function retire(iam: IAM, UserName: string, { id }: Key, deleted: boolean): Promise<OldStatus> {
  if (!deleted) {
    await iam.updateAccessKey({ UserName, AccessKeyId: id, Status: 'Inactive' });
    return 'Inactive';
  }
  await iam.untagUser({ UserName, TagKeys: [id] });
  await iam.deleteAccessKey({ UserName, AccessKeyId: id });
  return 'Deleted';
}

function retired(
  context: Context,
  user: string,
  { old, fresh }: { old: Key; fresh: Key },
  status: OldStatus,
): ExitStatus {
  const { out } = context;
  out.line(`${out.style.bold(fresh.id)} is the key of ${user} now.`);
  sayOld(context, user, old, status);
  out.result({
    ...{ user, step: status === 'Deleted' ? 'deleted' : 'deactivated' },
    newKey: { accessKeyId: fresh.id, label: fresh.label ?? null },
    oldKey: { accessKeyId: old.id, status },
  });
  return 0;
}

function sayOld({ out }: Context, user: string, { id }: Key, status: OldStatus): void {
  const { bold } = out.style;
  const again = out.command(`keys rotate ${user}`);
  const next: Record<OldStatus, string> = {
    Active: `The old one, ${bold(id)}, still works. Run '${again}' again once the new one is in use: that switches it off.`,
    Inactive: `The old one, ${bold(id)}, is off. '${again} --delete-old' deletes it, so that there is room for the next rotation.`,
    Deleted: `The old one, ${bold(id)}, is deleted.`,
  };
  out.paragraph(next[status]);
}

/** A user's keys, the oldest first, with their labels: tags of the user under the keys' ids, as AWS's console keeps them. */
async function keysOf(on: Clients, UserName: string): Promise<Key[]> {
  const iam = await on.iam();
  const [keys, tags] = await Promise.all([
    everyPage(async (Marker) => {
      const page = await iam.listAccessKeys({ UserName, Marker });
      return { items: page.AccessKeyMetadata, next: page.IsTruncated ? page.Marker : undefined };
    }),
    everyPage(async (Marker) => {
      const page = await iam.listUserTags({ UserName, Marker });
      return { items: page.Tags, next: page.IsTruncated ? page.Marker : undefined };
    }),
  ]);
  const labels = new Map(tags.map(({ Key, Value }) => [Key, Value]));
  const all = keys.map(async ({ AccessKeyId: id = '', Status, CreateDate }): Promise<Key> => {
    const { AccessKeyLastUsed: use } = await iam.getAccessKeyLastUsed({ AccessKeyId: id });
    const usedFor = use?.LastUsedDate && `${use.ServiceName} in ${use.Region}`;
    const usedAt = use?.LastUsedDate;
    return { ...{ id, active: Status === 'Active', createdAt: CreateDate }, label: labels.get(id), usedAt, usedFor };
  });
  return byAge(await Promise.all(all));
}

function record({ id, label, active, createdAt, usedAt, usedFor }: Key) {
  return {
    accessKeyId: id,
    label: label ?? null,
    status: active ? 'Active' : 'Inactive',
    createdAt: createdAt?.toISOString() ?? null,
    lastUsedAt: usedAt?.toISOString() ?? null,
    lastUsedFor: usedFor ?? null,
  };
}
