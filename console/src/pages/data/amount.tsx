/** How much lies in a bucket, or in one of its folders. */
import { useQuery } from '@tanstack/react-query';
import { call, keyOf } from '../../data/call.ts';
import type { Refusal } from '../../data/session.ts';
import type { Output } from '../../data/types.ts';
import { bytes, NOTHING } from '../../parts/format.ts';

/** Who writes tells nobody, where the bucket does not. The server counts only what has changed. */
const EVERY_MS = 20_000;

function useAmount(bucket: string, prefix = '') {
  const input = { Bucket: bucket, Prefix: prefix };
  return useQuery<Output<'telar', 'MeasureObjects'>, Refusal>({
    // Among the answers of S3: what is told of objects makes it stale, and not all that happens.
    queryKey: keyOf('s3', 'MeasureObjects', input) as readonly unknown[],
    queryFn: ({ signal }) => call('telar', 'MeasureObjects', input, signal),
    refetchInterval: EVERY_MS,
  });
}

/** `+` behind a number: at least so many. */
const atLeast = (text: string, whole: boolean) => (whole ? text : `${text}+`);

export function ObjectCount({ bucket }: { bucket: string }) {
  const { data, error } = useAmount(bucket);
  if (error) return <span title={error.message}>{NOTHING}</span>;
  return data && atLeast(data.Objects.toLocaleString('en-GB'), data.Whole);
}

export function Size({ bucket, prefix }: { bucket: string; prefix?: string }) {
  const { data, error } = useAmount(bucket, prefix);
  if (error) return <span title={error.message}>{NOTHING}</span>;
  return data && atLeast(bytes(data.Bytes), data.Whole);
}

/** In words, for the folder that is looked at. */
export function Amount({ bucket, prefix }: { bucket: string; prefix: string }) {
  const { data } = useAmount(bucket, prefix);
  if (!data) return null;
  const { Objects: count, Bytes, Whole } = data;
  return (
    <span className="data-quiet">
      {Whole ? '' : 'More than '}
      {count.toLocaleString('en-GB')} {count === 1 ? 'object' : 'objects'}, {bytes(Bytes)}, in all
    </span>
  );
}
