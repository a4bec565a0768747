/** Activities: queues by name of tasks that workers outside Telar take. */
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import { checkEncryption } from './configuration.ts';
import type { Parts, Sdk } from './context.ts';
import { machineErrors } from './errors.ts';
import { DEFAULT_PAGE, ENCRYPTION, MOST_ACTIVITIES } from './legal.ts';
import { activityArn, isHere, requireName, requireNamed } from './names.ts';
import type { ActivityRow } from './store.ts';
import { addTags } from './tags.ts';

function findActivity({ db }: Pick<Parts, 'db'>, arn: string, call: Call): ActivityRow | undefined {
  const named = requireNamed(arn, 'activity');
  return isHere(call, named) ? db.activity({ region: call.region, name: named.name }) : undefined;
}

/** @throws ActivityDoesNotExist */
export function requireActivity(parts: Pick<Parts, 'db'>, arn: string, call: Call): ActivityRow {
  const activity = findActivity(parts, arn, call);
  if (!activity) throw machineErrors.noActivity(arn);
  return activity;
}

/** To create it again answers the one that is there, and leaves its tags alone. */
export function createActivity(
  parts: Parts,
  { name = '', tags, encryptionConfiguration }: InputOf<Sdk, 'CreateActivity'>,
  call: Call,
): OutputOf<Sdk, 'CreateActivity'> {
  requireName(name);
  checkEncryption(encryptionConfiguration);
  const { region, now } = call;
  const arn = activityArn(call, name);
  const before = parts.db.activity({ region, name });
  if (before) return { activityArn: arn, creationDate: new Date(before.created_at) };
  if (parts.db.activityCount({ region })!.count >= MOST_ACTIVITIES)
    throw machineErrors.tooManyActivities(MOST_ACTIVITIES);
  parts.db.insertActivity({ region, name, created_at: now });
  addTags(parts, arn, tags ?? []);
  return { activityArn: arn, creationDate: new Date(now) };
}

export const describeActivity = (activity: ActivityRow, call: Call): OutputOf<Sdk, 'DescribeActivity'> => ({
  activityArn: activityArn(call, activity.name),
  name: activity.name,
  creationDate: new Date(activity.created_at),
  encryptionConfiguration: ENCRYPTION,
});

/** To delete what does not exist is no mistake, as on AWS. */
export function deleteActivity(parts: Parts, arn: string, call: Call): void {
  const activity = findActivity(parts, arn, call);
  if (!activity) return;
  parts.db.removeActivity({ id: activity.id });
  parts.ports.removeTags(activityArn(call, activity.name));
}

export function listActivities(
  { db }: Parts,
  { maxResults, nextToken }: InputOf<Sdk, 'ListActivities'>,
  call: Call,
): OutputOf<Sdk, 'ListActivities'> {
  const { region } = call;
  const { items, next } = pageOf<ActivityRow>(
    { query: { operation: 'ListActivities', region }, token: nextToken, limit: maxResults || DEFAULT_PAGE },
    (after, limit) => db.activities({ region, after: String(after?.[0] ?? ''), limit }),
    ({ name }) => [name],
    machineErrors.token,
  );
  return {
    activities: items.map(({ name, created_at }) => ({
      activityArn: activityArn(call, name),
      name,
      creationDate: new Date(created_at),
    })),
    ...(next === undefined ? {} : { nextToken: next }),
  };
}
