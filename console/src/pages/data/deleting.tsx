/** Asks before objects, or versions of them, are deleted; says which of them stayed. */
import { useQueryClient } from '@tanstack/react-query';
import { call } from '../../data/call.ts';
import { renewalOf } from '../../data/renewal.ts';
import { refusal } from '../../data/session.ts';
import { Confirm } from '../../parts/dialog.tsx';
import { useToasts } from '../../parts/toast.tsx';
import { tellUnseen } from '../../parts/unseen.ts';
import { commandOfDeleting } from './commands.ts';
import type { Entry } from './entries.ts';

type Props = {
  open: boolean;
  onClose(): void;
  onDone(): void;
  bucket: string;
  entries: readonly Pick<Entry, 'kind' | 'key' | 'versionId'>[];
};

/** S3 takes so many in one request. */
const AT_A_TIME = 1000;
const SHOWN = 8;

export function DeleteObjects({ open, onClose, onDone, bucket, entries }: Props) {
  const client = useQueryClient();
  const { show } = useToasts();
  const what = entries.length === 1 ? nameOf(entries[0]!) : `${entries.length} objects`;
  async function remove(): Promise<void> {
    try {
      for (let at = 0; at < entries.length; at += AT_A_TIME)
        await removeSome(bucket, entries.slice(at, at + AT_A_TIME));
    } finally {
      void renewalOf(client).all(({ queryKey }) => queryKey[1] === 's3');
    }
    show(`${what} ${entries.length === 1 ? 'is' : 'are'} deleted.`, 'good');
    onDone();
  }
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={`Delete ${what}?`}
      action="Delete"
      danger
      command={commandOfDeleting(bucket, entries)}
      onConfirm={remove}
    >
      <ul className="data-list">
        {entries.slice(0, SHOWN).map((entry) => (
          <li key={`${entry.key} ${entry.versionId}`}>
            <code>{tellUnseen(nameOf(entry))}</code>
          </li>
        ))}
        {entries.length > SHOWN && <li>and {entries.length - SHOWN} more</li>}
      </ul>
      <p>
        {entries.some(({ versionId }) => versionId !== undefined)
          ? 'A version that is deleted is gone for good. Deleting a delete marker brings the object back.'
          : 'In a bucket with versioning its versions stay, behind a delete marker.'}
      </p>
    </Confirm>
  );
}

const nameOf = ({ kind, key, versionId }: Pick<Entry, 'kind' | 'key' | 'versionId'>) =>
  versionId === undefined ? key : `${key}, ${kind === 'marker' ? 'delete marker' : 'version'} ${versionId}`;

/** @throws Refusal with the first that was refused */
async function removeSome(bucket: string, entries: Props['entries']): Promise<void> {
  const { Errors = [] } = await call('s3', 'DeleteObjects', {
    Bucket: bucket,
    Delete: {
      Quiet: true,
      Objects: entries.map(({ key, versionId }) => ({
        Key: key,
        ...(versionId !== undefined && { VersionId: versionId }),
      })),
    },
  });
  const [first] = Errors;
  if (first) {
    const others = Errors.length > 1 ? ` ${Errors.length - 1} more stayed as well.` : '';
    throw refusal(
      first.Code ?? 'Unknown',
      `${first.Key} was not deleted: ${first.Message ?? first.Code}.${others}`,
      400,
    );
  }
}
