/**
 * What jobs read and wrote, object version by object version.
 *
 * L1. Inputs are recorded before the process that reads them exists, outputs with the end of their job.
 * L2. A read with a job's own credentials is recorded in the transaction of that read. A credential that belongs to no job
 *     costs one look into a map.
 */
import type { Store } from '../../store/store.ts';
import type { JobLineage, ObjectVersion, PrefixRead } from './ports.ts';
import type { JobsStore, Use } from './store.ts';

export type Lineage = {
  /** Inside a transaction: a job's inputs are about to be recorded anew. */
  forgetInputs(job: string): void;
  /** Inside a transaction. */
  recordInputs(job: string, reads: readonly ObjectVersion[], prefixes: readonly PrefixRead[]): void;
  /** Inside a transaction. */
  recordOutputs(job: string, outputs: readonly ObjectVersion[]): void;
  /** Inside a transaction: an access key is a job's until `forgetKeys`. */
  addKey(job: string, accessKeyId: string): void;
  forgetKeys(job: string): void;
  /** How to record, inside a transaction, what is read with this access key; undefined where it is no job's. */
  recorder(accessKeyId: string): ((read: ObjectVersion) => void) | undefined;
  of(job: string): JobLineage;
  /** Inside a transaction: forgets a deleted job. */
  delete(job: string): void;
  /** Reads the keys of jobs under way: once, before the first request. */
  load(): void;
};

export function createLineage(db: JobsStore, store: Pick<Store, 'whenUndone' | 'whenDurable'>): Lineage {
  const keys = new Map<string, string>();

  function record(job: string, use: Use, objects: readonly ObjectVersion[]): void {
    for (const { bucket, key, version } of objects) db.insertObject({ job, use, bucket, key, version });
  }

  return {
    forgetInputs(job) {
      db.deleteUse({ job, use: 'input' });
      db.deletePrefixes({ job });
    },
    recordInputs(job, reads, prefixes) {
      record(job, 'input', reads);
      for (const { uri, fingerprint } of prefixes) db.insertPrefix({ job, uri, fingerprint });
    },
    recordOutputs: (job, outputs) => record(job, 'output', outputs),
    addKey(job, accessKeyId) {
      db.insertKey({ access_key: accessKeyId, job });
      keys.set(accessKeyId, job);
      store.whenUndone(() => keys.delete(accessKeyId));
    },
    forgetKeys(job) {
      db.deleteKeys({ job });
      store.whenDurable(() => {
        for (const [key, owner] of keys) if (owner === job) keys.delete(key);
      });
    },
    recorder(accessKeyId) {
      const job = keys.get(accessKeyId);
      return job === undefined ? undefined : (read) => record(job, 'read', [read]);
    },
    of(job) {
      const objects = db.objects({ job });
      const used = (...uses: Use[]) =>
        objects.filter(({ use }) => uses.includes(use)).map(({ bucket, key, version }) => ({ bucket, key, version }));
      return {
        reads: used('input', 'read'),
        prefixes: db.prefixes({ job }).map(({ uri, fingerprint }) => ({ uri, fingerprint })),
        outputs: used('output'),
      };
    },
    delete(job) {
      db.deleteObjects({ job });
      db.deletePrefixes({ job });
      db.deleteKeys({ job });
    },
    load() {
      for (const { access_key, job } of db.keys({})) keys.set(access_key, job);
    },
  };
}
