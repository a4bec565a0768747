/** What does the same from a shell. Pure. */
import { quoted } from '../../parts/shell.ts';

type Doomed = { key: string; versionId?: string | undefined };

export function commandOfDeleting(bucket: string, entries: readonly Doomed[]): string {
  const [first] = entries;
  if (!first) return '';
  if (entries.length === 1) {
    return first.versionId === undefined
      ? `aws s3 rm ${quoted(`s3://${bucket}/${first.key}`)}`
      : `aws s3api delete-object --bucket ${bucket} --key ${quoted(first.key)} --version-id ${first.versionId}`;
  }
  const objects = entries.map(({ key, versionId }) => ({
    Key: key,
    ...(versionId !== undefined && { VersionId: versionId }),
  }));
  return `aws s3api delete-objects --bucket ${bucket} --delete ${quoted(JSON.stringify({ Objects: objects }))}`;
}
