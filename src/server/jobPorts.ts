/** What the jobs service is given of the others. */
import type { Log } from '../base/log.ts';
import type { Identity } from '../services/identity/index.ts';
import type { JobEnd, JobObjects, JobPorts } from '../services/jobs/index.ts';
import type { ObjectAccess } from '../services/objects/index.ts';
import type { RoleCalls } from './roleCalls.ts';

type Parts = {
  identity: Identity;
  objects: ObjectAccess;
  callAs: RoleCalls;
  tags: Pick<JobPorts, 'setTags' | 'removeTags'>;
  log: Log;
  endpointUrl(): string;
  jobEnded(end: JobEnd): void;
};

export function jobPorts({ identity, objects, callAs, tags, log, endpointUrl, jobEnded }: Parts): JobPorts {
  return {
    objects: jobObjects(objects),
    callAs,
    endpointUrl,
    jobEnded,
    roleExists: (arn) => identity.role(arn) !== undefined && identity.trustsService(arn, 'sagemaker.amazonaws.com'),
    roleSession(arn, name, seconds) {
      const session = identity.roleSession(arn, name, seconds);
      return {
        AccessKeyId: session.AccessKeyId!,
        SecretAccessKey: session.SecretAccessKey!,
        SessionToken: session.SessionToken!,
      };
    },
    progress: (job, line) => log('info', 'jobs.preparing', { job, line }),
    setTags: tags.setTags,
    removeTags: tags.removeTags,
  };
}

/** Versions are numbers in the object store, and opaque texts to everyone else. */
function jobObjects(objects: ObjectAccess): JobObjects {
  return {
    async list(_call, bucket, prefix) {
      const { entries, fingerprint } = await objects.list(bucket, prefix);
      return { objects: entries.map((entry) => ({ ...entry, version: String(entry.version) })), fingerprint };
    },
    head(_call, bucket, key) {
      const { version, size } = objects.head(bucket, key);
      return { key, version: String(version), size };
    },
    open: (_call, { bucket, key, version }) => objects.openObject(bucket, key, Number(version)),
    async receive(_call, bucket, key, content) {
      const received = await objects.receive({ bucket, key }, content);
      return {
        release: received.release,
        write: () => ({ bucket, key, version: String(received.write().version) }),
      };
    },
  };
}
