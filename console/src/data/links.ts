/**
 * Where things are in the console. Every page has an address that can be kept and sent on; these are the only places that write one.
 * Addresses are whole (`/console/…`): a link is an ordinary `<a href>`.
 */
const BASE = '/console';
const path = (...parts: string[]): string => `${BASE}/${parts.map(encodeURIComponent).join('/')}`;

export const links = {
  home: () => `${BASE}/`,
  pipelines: () => path('pipelines'),
  pipeline: (name: string) => path('pipelines', name),
  /** @param execution the id at the end of its ARN */
  pipelineExecution: (name: string, execution: string) => path('pipelines', name, 'executions', execution),
  /** @param left, right ids of executions */
  comparePipelineExecutions: (name: string, left: string, right: string) =>
    `${path('pipelines', name, 'compare')}?left=${encodeURIComponent(left)}&right=${encodeURIComponent(right)}`,
  machines: () => path('machines'),
  machine: (name: string) => path('machines', name),
  machineExecution: (arn: string) => path('machine-executions', arn),
  /** Of two executions of a machine, by their names. */
  machineCompare: (name: string, left: string, right = '') =>
    `${path('machines', name, 'compare')}?left=${encodeURIComponent(left)}&right=${encodeURIComponent(right)}`,
  jobs: () => path('jobs'),
  /** @param kind `processing`, `training`, `transform` */
  job: (kind: string, name: string) => path('jobs', kind, name),
  glueJobs: () => path('glue'),
  glueJob: (name: string) => path('glue', name),
  glueRun: (name: string, run: string) => `${path('glue', name)}?run=${encodeURIComponent(run)}`,
  buckets: () => path('data'),
  bucket: (bucket: string, prefix = '') =>
    `${path('data', bucket)}${prefix && `?prefix=${encodeURIComponent(prefix)}`}`,
  object: (bucket: string, key: string, versionId?: string) =>
    `${path('data', bucket, 'object')}?key=${encodeURIComponent(key)}${versionId === undefined ? '' : `&versionId=${encodeURIComponent(versionId)}`}`,
  registry: () => path('registry'),
  modelGroup: (group: string) => path('registry', group),
  modelPackage: (group: string, version: string | number) => path('registry', group, String(version)),
  schedules: () => path('schedules'),
  schedule: (group: string, name: string) => path('schedules', group, name),
  rules: () => path('rules'),
  bus: (bus: string) => `${path('rules')}?bus=${encodeURIComponent(bus)}`,
  rule: (bus: string, name: string) => path('rules', bus, name),
  topics: () => path('topics'),
  topic: (arn: string) => path('topics', arn),
  queues: () => path('queues'),
  queue: (name: string) => path('queues', name),
  outbox: () => path('outbox'),
  mail: (id: number) => path('outbox', String(id)),
  functions: () => path('functions'),
  function: (name: string) => path('functions', name),
  audit: () => path('audit'),
} as const;

/** By service and kind, where an ARN's last parts lead. */
const OF_ARN: readonly [pattern: RegExp, link: (...found: string[]) => string][] = [
  [/:sagemaker:[^:]*:\d*:pipeline\/([^/]+)\/execution\/([^/]+)$/, (name, id) => links.pipelineExecution(name!, id!)],
  [/:sagemaker:[^:]*:\d*:pipeline\/([^/]+)$/, (name) => links.pipeline(name!)],
  [/:sagemaker:[^:]*:\d*:(processing|training|transform)-job\/(.+)$/, (kind, name) => links.job(kind!, name!)],
  [/:sagemaker:[^:]*:\d*:model-package-group\/(.+)$/, (group) => links.modelGroup(group!)],
  [/:sagemaker:[^:]*:\d*:model-package\/([^/]+)\/(\d+)$/, (group, version) => links.modelPackage(group!, version!)],
  [/:states:[^:]*:\d*:stateMachine:([^:]+)/, (name) => links.machine(name!)],
  [/:lambda:[^:]*:\d*:function:([^:]+)/, (name) => links.function(name!)],
  // Telar's jobs are named by an ARN each; a run of Glue's by its job's, and its own id.
  [/:glue:[^:]*:\d*:job\/(.+)\/(jr_\w+)$/, (name, run) => links.glueRun(name!, run!)],
  [/:glue:[^:]*:\d*:job\/(.+)$/, (name) => links.glueJob(name!)],
  [/:events:[^:]*:\d*:rule\/([^/]+)\/([^/]+)$/, (bus, name) => links.rule(bus!, name!)],
  [/:events:[^:]*:\d*:rule\/([^/]+)$/, (name) => links.rule('default', name!)],
  [/:events:[^:]*:\d*:event-bus\/(.+)$/, (bus) => links.bus(bus!)],
  [/:scheduler:[^:]*:\d*:schedule\/([^/]+)\/([^/]+)$/, (group, name) => links.schedule(group!, name!)],
  [/:sqs:[^:]*:\d*:([^:]+)$/, (name) => links.queue(name!)],
  [/^arn:[^:]+:s3:::([^/]+)$/, (bucket) => links.bucket(bucket!)],
  [/^arn:[^:]+:s3:::([^/]+)\/(.+)$/, (bucket, key) => links.object(bucket!, key!)],
  [/^s3:\/\/([^/]+)\/?$/, (bucket) => links.bucket(bucket!)],
  [/^s3:\/\/([^/]+)\/(.+\/)$/, (bucket, prefix) => links.bucket(bucket!, prefix!)],
  [/^s3:\/\/([^/]+)\/(.+)$/, (bucket, key) => links.object(bucket!, key!)],
];

/**
 * The page of what an ARN, or an s3:// URI, names; undefined where the console has none.
 *
 * @example hrefOf('arn:aws:sagemaker:us-east-1:000000000000:pipeline/titanic') // '/console/pipelines/titanic'
 */
export function hrefOf(arn: string): string | undefined {
  if (/:states:[^:]*:\d*:(?:execution|express):/.test(arn)) return links.machineExecution(arn);
  if (/:sns:[^:]*:\d*:[^:]+$/.test(arn)) return links.topic(arn);
  for (const [pattern, link] of OF_ARN) {
    const found = pattern.exec(arn);
    if (found) return link(...found.slice(1));
  }
  return undefined;
}
