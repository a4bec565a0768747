/** What is known of an object beside its bytes. */
import type { ReactNode } from 'react';
import { useCall } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { Copy } from '../../parts/command.tsx';
import { bytes } from '../../parts/format.ts';
import { Facts } from '../../parts/page.tsx';
import { Time } from '../../parts/time.tsx';
import { tellUnseen } from '../../parts/unseen.ts';
import type { ObjectName } from './entries.ts';

type Head = Output<'s3', 'HeadObject'>;

const CHECKSUMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;

export function ObjectFacts({ object, head }: { object: ObjectName; head: Head }) {
  const tags = useCall('s3', 'GetObjectTagging', object);
  const uri = `s3://${object.Bucket}/${object.Key}`;
  const size = head.ContentLength ?? 0;
  return (
    <div className="data-facts">
      <Facts
        items={[
          ['Place', <Copied key="uri" text={uri} what="URI" />],
          ['Size', `${bytes(size)}${size >= 1024 ? ` (${size.toLocaleString('en-GB')} bytes)` : ''}`],
          ['Type', head.ContentType],
          ['Encoding', head.ContentEncoding],
          ['Written', <Time key="at" at={head.LastModified} />],
          ['Storage class', head.StorageClass],
          ['Version', head.VersionId && <Copied key="version" text={head.VersionId} what="version" />],
          ['ETag', head.ETag && <code key="etag">{head.ETag.replaceAll('"', '')}</code>],
          ...CHECKSUMS.map((name): [string, ReactNode] => {
            const value = head[`Checksum${name}`];
            return [name, value && <Copied key={name} text={value} what={`checksum ${name}`} />];
          }),
          ...Object.entries(head.Metadata ?? {}).map(([name, value]): [string, ReactNode] => [
            `Metadata ${name}`,
            value,
          ]),
          ...(tags.data?.TagSet ?? []).map(({ Key, Value }): [string, ReactNode] => [`Tag ${Key}`, Value]),
          ['Kept until', head.ObjectLockRetainUntilDate && <Time key="kept" at={head.ObjectLockRetainUntilDate} />],
        ]}
      />
    </div>
  );
}

function Copied({ text, what }: { text: string; what: string }) {
  return (
    <span>
      <code>{tellUnseen(text)}</code> <Copy label={`Copy the ${what}`} text={text} />
    </span>
  );
}
