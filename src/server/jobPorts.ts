/** What the jobs service is given of the others. */
import type { Log } from '../base/log.ts';
import type { Identity } from '../services/identity/index.ts';
import type { JobEnd, JobObjects, JobPorts } from '../services/jobs/index.ts';
import type { ObjectAccess } from '../services/objects/index.ts';
import type { Permit } from './policies.ts';
import type { JobProxy } from './proxy/jobs.ts';
import type { RoleCalls } from './roleCalls.ts';
import { toList, toRead } from './s3Uris.ts';
import { scoreFiles } from './scoring.ts';

type Parts = {
  identity: Identity;
  objects: ObjectAccess;
  callAs: RoleCalls;
  permit: Permit;
  tags: Pick<JobPorts, 'setTags' | 'removeTags'>;
  log: Log;
  endpointUrl(): string;
  proxy: JobProxy | undefined;
  model: JobPorts['model'];
  jobEnded(end: JobEnd): void;
} & Pick<JobPorts, 'jobCreated' | 'jobDeleted' | 'orderBegun' | 'emit'>;

export function jobPorts(parts: Parts): JobPorts {
  const { identity, objects, callAs, permit, tags, log, endpointUrl, model, jobEnded, jobCreated, jobDeleted } = parts;
  const { proxy, orderBegun } = parts;
  return {
    objects: jobObjects(objects, permit),
    callAs,
    emit: parts.emit,
    endpointUrl,
    ...(proxy && {
      proxyVariables: ({ AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey }, names) =>
        proxy.variables({ accessKeyId, secretAccessKey }, names),
    }),
    model,
    scoreFiles,
    jobEnded,
    jobCreated,
    jobDeleted,
    ...(orderBegun && { orderBegun }),
    roleExists: (arn, job) => identity.trustsService(arn, 'sagemaker.amazonaws.com', job),
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

/** What the role of a job may do with objects. Versions are numbers in the object store, and opaque texts to everyone else. */
function jobObjects(objects: ObjectAccess, permit: Permit): JobObjects {
  return {
    async list(call, bucket, prefix) {
      permit(call, toList(bucket, prefix));
      const { entries, fingerprint } = await objects.list(bucket, prefix);
      return { objects: entries.map((entry) => ({ ...entry, version: String(entry.version) })), fingerprint };
    },
    head(call, bucket, key) {
      permit(call, toRead(bucket, key));
      const { version, size } = objects.head(bucket, key);
      return { key, version: String(version), size };
    },
    open(call, { bucket, key, version }) {
      permit(call, toRead(bucket, key));
      return objects.openObject(bucket, key, Number(version));
    },
    async receive(call, bucket, key, content) {
      permit(call, { ...toRead(bucket, key), action: 's3:PutObject' });
      const received = await objects.receive({ bucket, key }, content);
      return {
        release: received.release,
        write: () => ({ bucket, key, version: String(received.write().version) }),
      };
    },
  };
}
