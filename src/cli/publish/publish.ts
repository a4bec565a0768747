/**
 * Publishing a project: what differs is shown first, then done, in the order in which the resources need each other.
 *
 * P1. Publishing twice changes nothing the second time.
 * P2. Everything is read and compared before anything is changed; a project that cannot be published whole is not begun.
 */
import type { Project, ProjectDocuments } from '../../sdk/index.ts';
import type { Clients } from '../aws.ts';
import type { Output } from '../output.ts';
import { type Bundle, makeBundle } from '../project/bundle.ts';
import { dataObjects } from '../project/data.ts';
import { functionCode } from '../project/functions.ts';
import { documentsOf } from '../project/load.ts';
import { type Change, changeRecord, describeChanges } from './change.ts';
import { functionChange } from './functions.ts';
import { glueFileChange, glueFiles, glueJobChange, prunedGlueJobs } from './glueJobs.ts';
import { permissionChanges } from './permissions.ts';
import { pipelineChange } from './pipelines.ts';
import { prunedQueues, queueChange } from './queues.ts';
import { bucketChange, bundleChange, dataChanges, groupChange } from './resources.ts';
import { roleChange } from './roles.ts';
import { prunedRules, ruleChange } from './rules.ts';
import { prunedSchedules, scheduleChange, scheduleGroupChange } from './schedules.ts';
import { logGroupChange, logGroupsOf, prunedMachines, stateMachineChange } from './stateMachines.ts';
import { prunedTopics, topicChanges } from './topics.ts';
import { unattendedChange } from './unattended.ts';

export type Published = { documents: ProjectDocuments; bundle: Bundle | undefined; changes: Change[] };

/**
 * @param folder of telar.config.ts
 * @param options.dryRun show the difference and stop
 * @param options.prune delete the project's state machines, Glue jobs, topics, queues, schedules and rules that it no longer names
 */
export async function publish(
  clients: Clients,
  out: Output,
  project: Project,
  folder: string,
  options: { dryRun?: boolean; prune?: boolean } = {},
): Promise<Published> {
  const documents = await projectDocumentsFor(clients, project);
  const bundle = documents.code && (await makeBundle(folder, documents.code, documents.bucket.name));
  const changes = await compare(clients, documents, bundle, folder, options.prune === true);
  const differing = changes.filter(({ apply }) => apply);
  out.line(out.style.bold(`Publishing ${project.name}`));
  out.lines(describeChanges(changes, out.style));
  out.event({ event: 'difference', project: project.name, changes: changes.map(changeRecord) });
  if (!options.dryRun) {
    for (const { kind, name, action, apply } of differing) {
      await apply?.();
      out.event({ event: 'published', kind, name, action });
    }
  }
  return { documents, bundle, changes };
}

/** A project's documents in the account and region of the server. */
export async function projectDocumentsFor(clients: Clients, project: Project): Promise<ProjectDocuments> {
  const { Account } = await clients.telar('DescribeServer', {});
  return documentsOf(project, Account, clients.connection.region);
}

async function compare(
  clients: Clients,
  documents: ProjectDocuments,
  bundle: Bundle | undefined,
  folder: string,
  prune: boolean,
): Promise<Change[]> {
  const { name: project, region } = documents;
  const bucket = documents.bucket.name;
  const data = dataObjects(folder, documents.data);
  const { machines, glueJobs, topics, queues, rules } = documents;
  const jobs = glueJobs.map((job) => ({ job, files: glueFiles(folder, job) }));
  const [s3, iam, sagemaker, sfn, logs, glue, sns, sqs, scheduler, events] = await Promise.all([
    clients.s3(),
    clients.iam(),
    clients.sagemaker(),
    clients.sfn(),
    clients.logs(),
    clients.glue(),
    clients.sns(),
    clients.sqs(),
    clients.scheduler(),
    clients.events(),
  ]);
  const wanted = Promise.all([
    bucketChange(s3, documents.bucket, region),
    ...documents.roles.map((role) => roleChange(iam, role, project)),
    ...documents.modelPackageGroups.map((group) => groupChange(sagemaker, group, project)),
    dataChanges(s3, bucket, data),
    ...(bundle ? [bundleChange(s3, bucket, bundle)] : []),
    ...documents.pipelines.map((pipeline) => pipelineChange(sagemaker, pipeline, project)),
    ...documents.functions.map(async (fn) =>
      functionChange(await clients.lambda(), { s3, bucket }, fn, await functionCode(folder, fn), project),
    ),
    ...jobs.flatMap(({ files }) => files.map((file) => glueFileChange(s3, bucket, file))),
    ...jobs.map(({ job, files }) => glueJobChange(glue, job, files, project)),
    ...logGroupsOf(machines).map((group) => logGroupChange(logs, group, project)),
    ...queues.map((queue) => queueChange(sqs, queue, project)),
    ...machines.map((machine) => stateMachineChange(sfn, machine, project)),
    ...documents.scheduleGroups.map((group) => scheduleGroupChange(scheduler, group, documents)),
    ...documents.schedules.map((schedule) => scheduleChange(scheduler, schedule, documents, bundle?.uri)),
  ]);
  const invoked = documents.functions.length > 0 ? [permissionChanges(await clients.lambda(), documents)] : [];
  const unattended = documents.functions.map(async (fn) => unattendedChange(await clients.lambda(), fn));
  // Last of all: a rule starts what was published before it.
  const occasions = rules.map((rule) => ruleChange(events, rule, project, bundle?.uri));
  const told = topics.map((topic) => topicChanges(sns, topic, project, prune));
  const pruned = prune
    ? [
        ...[prunedMachines(sfn, machines, project), prunedGlueJobs(glue, glueJobs, project)],
        ...[prunedTopics(sns, topics, project), prunedQueues(sqs, queues, project)],
        ...[prunedSchedules(scheduler, documents), prunedRules(events, rules, project)],
      ]
    : [];
  return (await Promise.all([wanted, ...invoked, ...told, ...unattended, ...occasions, ...pruned])).flat(2);
}
