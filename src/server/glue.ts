/** The Glue service, with what it is given of the others: its runs are jobs of the jobs service. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EmitEvent } from '../base/systemEvents.ts';
import type { World } from '../base/world.ts';
import { SYSTEM_PATH } from '../runner/isolation.ts';
import { createGlueService, type Glue, type GluePorts } from '../services/glue/index.ts';
import type { Identity } from '../services/identity/index.ts';
import type { JobEnd, JobPlan, OrderDescription, Orders } from '../services/jobs/index.ts';
import type { Store } from '../store/store.ts';
import { glue } from './apis.ts';

type Parts = {
  store: Store;
  world: World;
  account: string;
  auth: 'sigv4' | 'off';
  identity: Pick<Identity, 'role' | 'trustsService'>;
  /** There once all services are. */
  orders(): Orders;
  tags: Pick<GluePorts, 'tagsOf' | 'setTags' | 'removeTagsOfKeys' | 'removeTags'>;
  emit: EmitEvent;
  /** Passes the end of a job on to the tasks that wait for it. */
  awaitedEnded(end: { jobArn: string; describe: Readonly<Record<string, unknown>> }): void;
};

/** What the others tell this service of its runs. */
export type GlueJobs = { begun(arn: string): void; ended(end: JobEnd): void };

export function glueService(parts: Parts): { glue: Glue; jobs: GlueJobs } {
  const { store, world, account, auth, identity, orders, tags, emit, awaitedEnded } = parts;
  const made = createGlueService({
    ...{ api: glue, store, world, account },
    ports: {
      ...{ emit, hasJava, refusal: (image) => orders().refusal(image), stop: (arn, at) => orders().stop(arn, at) },
      place: ({ arn, name, roleArn, ...order }, placing) =>
        orders().place({ kind: 'Glue', arn, name, roleArn, plan: planOf(order) }, placing),
      // A trust policy is a policy: with authentication off, none is asked.
      roleTrusts: (roleArn, jobArn) =>
        auth === 'off'
          ? identity.role(roleArn) !== undefined
          : identity.trustsService(roleArn, 'glue.amazonaws.com', jobArn),
      runEnded: (jobName, runId, run) => awaitedEnded({ jobArn: `${jobName}/${runId}`, describe: { JobRun: run } }),
      ...{ tagsOf: tags.tagsOf, setTags: tags.setTags },
      ...{ removeTagsOfKeys: tags.removeTagsOfKeys, removeTags: tags.removeTags },
    },
  });
  const ended = ({ jobArn: arn, kind, status, internal, failureReason, describe }: JobEnd) => {
    if (kind !== 'Glue') return;
    const { outOfTime } = describe as OrderDescription;
    made.ended({ arn, status, internal, failureReason, outOfTime });
  };
  return { glue: made, jobs: { begun: made.begun, ended } };
}

type Order = Omit<Parameters<GluePorts['place']>[0], 'arn' | 'name' | 'roleArn'>;

function planOf(order: Order): JobPlan {
  const { image, command, inputs, configuration, environment, timeoutSeconds, size, logs } = order;
  const { cpus, memoryBytes, diskBytes } = size;
  return {
    ...{ image, entrypoint: [command], arguments: [], environment, networkIsolation: false },
    maxRuntimeSeconds: timeoutSeconds,
    instances: { type: size.name, count: 1, size: { cpus, memoryBytes } },
    volumeBytes: diskBytes,
    inputs: inputs.map((input) => ({ ...input, type: 'S3Object', gzip: false, sharded: false })),
    ...{ outputs: [], retries: 0, storeWhenStopped: false, folders: ['output'] },
    configuration: { 'config/glue.json': configuration as JobPlan['configuration'][string] },
    ...{ hostConfiguration: [], metrics: [] },
    log: { group: logs.output, stream: logs.stream, errors: { group: logs.error, file: 'errors.log' } },
  };
}

/** Where jobs would find it: in the machine's system folders, or at JAVA_HOME. */
function hasJava(): boolean {
  const home = process.env['JAVA_HOME'];
  const folders = [...SYSTEM_PATH.split(':'), ...(home ? [join(home, 'bin')] : [])];
  return folders.some((folder) => existsSync(join(folder, 'java')));
}
