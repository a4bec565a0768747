/**
 * Files on their way into a bucket: so many at a time, each with how far it is, to be cancelled.
 *
 * U1. Nothing that is there is replaced unasked: a file whose name is taken waits for the person to say so.
 * U2. Bytes go from the file to the server as they are; the page holds none of them.
 */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { objectUrl } from '../../data/call.ts';
import { renewalOf } from '../../data/renewal.ts';
import type { Dropped } from './dropped.ts';

export type Upload = {
  id: number;
  file: File;
  key: string;
  state: 'waiting' | 'sending' | 'done' | 'taken' | 'failed' | 'cancelled';
  sent: number;
  /** A sentence. */
  failure?: string;
};

export type UploadsOfBucket = {
  list: readonly Upload[];
  add(files: readonly Dropped[], prefix: string): void;
  cancel(id: number): void;
  /** Once more; `replace`: also where there is such an object. */
  again(id: number, replace: boolean): void;
  /** Forgets what is over. */
  clear(): void;
};

const AT_A_TIME = 2;
/** Of one request, as on S3. */
const LARGEST = 5 * 1024 ** 3;

let ids = 0;

export function useUploads(bucket: string): UploadsOfBucket {
  const [list, setList] = useState<readonly Upload[]>([]);
  const client = useQueryClient();
  const requests = useRef(new Map<number, XMLHttpRequest>());
  const replacing = useRef(new Set<number>());
  const cancelled = useRef(new Set<number>());

  const change = (id: number, to: Partial<Upload>) =>
    setList((now) => now.map((upload) => (upload.id === id ? { ...upload, ...to } : upload)));

  function begin(upload: Upload): void {
    const request = new XMLHttpRequest();
    requests.current.set(upload.id, request);
    cancelled.current.delete(upload.id);
    change(upload.id, { state: 'sending', sent: 0 });
    void send(
      request,
      {
        bucket,
        upload,
        replace: replacing.current.has(upload.id),
        isCancelled: () => cancelled.current.has(upload.id),
      },
      (sent) => change(upload.id, { sent }),
    )
      .then((outcome) => change(upload.id, outcome))
      .finally(() => {
        requests.current.delete(upload.id);
        void renewalOf(client).all(({ queryKey }) => queryKey[1] === 's3');
      });
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever changes in the list may make room for the next
  useEffect(() => {
    const room = AT_A_TIME - requests.current.size;
    for (const upload of list
      .filter(({ id, state }) => state === 'waiting' && !requests.current.has(id))
      .slice(0, Math.max(0, room))) {
      begin(upload);
    }
  }, [list]);

  // Who leaves the bucket gives up what is under way: the browser says so before (uploading.tsx).
  useEffect(() => {
    const under = requests.current;
    return () => {
      for (const request of under.values()) request.abort();
    };
  }, []);

  return {
    list,
    add: (files, prefix) =>
      setList((now) => [...now, ...files.map(({ file, path }) => queued(file, `${prefix}${path}`))]),
    cancel(id) {
      cancelled.current.add(id);
      requests.current.get(id)?.abort();
      change(id, { state: 'cancelled' });
    },
    again(id, replace) {
      if (replace) replacing.current.add(id);
      setList((now) => now.map((upload) => (upload.id === id ? { ...queued(upload.file, upload.key), id } : upload)));
    },
    clear: () => setList((now) => now.filter(({ state }) => state === 'waiting' || state === 'sending')),
  };
}

function queued(file: File, key: string): Upload {
  ids += 1;
  const upload = { id: ids, file, key, sent: 0 };
  if (file.size <= LARGEST) return { ...upload, state: 'waiting' };
  return { ...upload, state: 'failed', failure: 'It is larger than 5 GB: aws s3 cp sends it in parts.' };
}

type Sending = { bucket: string; upload: Upload; replace: boolean; isCancelled(): boolean };

/** Never rejects: what went wrong is the outcome. */
async function send(
  request: XMLHttpRequest,
  { bucket, upload, replace, isCancelled }: Sending,
  onSent: (bytes: number) => void,
): Promise<Pick<Upload, 'state' | 'failure'>> {
  try {
    const url = await objectUrl({ Bucket: bucket, Key: upload.key }, 'PUT');
    // Before its request was opened there was nothing to abort.
    if (isCancelled()) return { state: 'cancelled' };
    return await new Promise((resolve) => {
      request.open('PUT', url);
      if (!replace) request.setRequestHeader('if-none-match', '*');
      request.upload.onprogress = ({ loaded }) => onSent(loaded);
      request.onload = () => resolve(outcomeOf(request));
      request.onerror = () => resolve({ state: 'failed', failure: 'The connection broke. Try again.' });
      request.onabort = () => resolve({ state: 'cancelled' });
      request.send(upload.file);
    });
  } catch (error) {
    return { state: 'failed', failure: (error as Error).message };
  }
}

function outcomeOf({ status, responseText }: XMLHttpRequest): Pick<Upload, 'state' | 'failure'> {
  if (status >= 200 && status < 300) return { state: 'done' };
  if (status === 412) return { state: 'taken', failure: 'There is an object of this name already.' };
  const said = /<Message>([^<]*)<\/Message>/.exec(responseText)?.[1];
  return { state: 'failed', failure: said ?? `The server answered ${status}.` };
}
