/**
 * The composition root: every service, the engine and the chain as one value, wired. It knows no socket and no process, so
 * that a whole system also runs inside a simulation.
 */
import type { EmitEvent } from '../base/systemEvents.ts';
import type { World } from '../base/world.ts';
import type { MissedPolicy } from '../definition/schedules/missed.ts';
import { deliveryMigrations } from '../engine/deliveryStore.ts';
import { createEngine, type Engine } from '../engine/kernel.ts';
import { engineMigrations } from '../engine/store.ts';
import type { Api } from '../protocol/api.ts';
import { type Chain, createChain } from '../protocol/chain.ts';
import { validate } from '../protocol/constraints.ts';
import { createDispatch, type Dispatch } from '../protocol/dispatch.ts';
import { inputFromJson } from '../protocol/json.ts';
import type { Call, Principal, Service } from '../protocol/service.ts';
import type { FunctionWorkers } from '../runner/functions/workers.ts';
import type { ImageCatalogue } from '../runner/images/oci/containers.ts';
import type { Runner } from '../runner/runner.ts';
import { experimentsMigrations } from '../services/experiments/index.ts';
import { createIdentityServices, type Identity, migrations as identityMigrations } from '../services/identity/index.ts';
import {
  createJobsService,
  type JobFiles,
  type JobRunner,
  type JobsContext,
  type JobsService,
  jobsMigrations,
} from '../services/jobs/index.ts';
import { lineageMigrations } from '../services/lineage/index.ts';
import { createLogsService, migrations as logsMigrations } from '../services/logs/index.ts';
import {
  executionMigrations,
  type Machines,
  machinesMigrations,
  mapRunMigrations,
} from '../services/machines/index.ts';
import { type Models, modelsMigrations } from '../services/models/index.ts';
import {
  type CrossOriginRules,
  createObjectsService,
  type ObjectAccess,
  type ObjectVersion,
  migrations as objectsMigrations,
} from '../services/objects/index.ts';
import {
  createPipelinesService,
  type PipelinePorts,
  type PipelinesService,
  pipelinesMigrations,
} from '../services/pipelines/index.ts';
import { createRegistryService, type Registry, migrations as registryMigrations } from '../services/registry/index.ts';
import { createTagsService, migrations as tagsMigrations } from '../services/tags/index.ts';
import type { TelarPorts } from '../services/telar/index.ts';
import { auditMigrations, auditTrail } from '../store/audit.ts';
import type { Bytes } from '../store/bytes.ts';
import type { Migrations } from '../store/migrations.ts';
import type { Store } from '../store/store.ts';
import { iam, lambda, logs as logsApi, sagemaker, sqs, sts } from './apis.ts';
import { auditing } from './auditing.ts';
import { consoleLinks, createSessions, type Sessions } from './console/index.ts';
import { createFlows, type Flows, flowMigrations } from './flows.ts';
import { jobPorts } from './jobPorts.ts';
import { machinesService } from './machines.ts';
import { modelsService } from './models.ts';
import type { NotificationMeans } from './notifications/index.ts';
import { objectsPorts } from './objectsPorts.ts';
import { createPolicies, type Permit } from './policies.ts';
import type { JobProxy } from './proxy/jobs.ts';
import { type RoleCalls, roleCalls } from './roleCalls.ts';
import { objectExistsTo, prefixFingerprint, readText } from './s3Uris.ts';
import { telarService } from './telar.ts';
import { createTracking } from './tracking.ts';
import { createWatching } from './watching.ts';

export const allMigrations: readonly Migrations[] = [
  auditMigrations,
  engineMigrations,
  deliveryMigrations,
  identityMigrations,
  objectsMigrations,
  tagsMigrations,
  registryMigrations,
  modelsMigrations,
  jobsMigrations,
  pipelinesMigrations,
  logsMigrations,
  experimentsMigrations,
  lineageMigrations,
  machinesMigrations,
  executionMigrations,
  mapRunMigrations,
  ...flowMigrations,
];

export type SystemOptions = {
  store: Store;
  bytes: Bytes;
  world: World;
  /** Twelve digits. */
  account: string;
  auth: 'sigv4' | 'off';
  /** Whether cache hits check object versions; AWS's own rule compares URIs alone. @default true */
  trackObjects?: boolean;
  /** How jobs run: really, or simulated. */
  jobs: JobsMeans;
  /** What runs functions. @default nothing: they are kept, and cannot be invoked */
  functions?: FunctionWorkers;
  /** The container images that jobs may run in. */
  images?: ImageCatalogue;
  /** Bytes that are kept of one job's log. @default 1 GB */
  jobLogLimit?: number | undefined;
  /** Where jobs reach this system. */
  endpointUrl(): string;
  /** What sends their HTTPS clients here, too. @default nothing */
  jobProxy?: JobProxy;
  /** How messages of topics leave this machine, and by which key they are signed. */
  notifications?: NotificationMeans;
  /** What becomes of schedules that were missed, where their group does not say. @default run-once */
  missedSchedules?: MissedPolicy | undefined;
  server: { version: string; dataFolder: string; loopLag(): number; storage: TelarPorts['storage'] };
};

/** What carries jobs out, and within which limits. */
export type JobsMeans = Pick<JobsContext, 'limits'> &
  ({ runner: Runner; keptLogs?: string } | { runner: JobRunner; files: JobFiles });

export type System = {
  chain: Chain;
  /** Which pages of other origins buckets answer. */
  crossOrigin: CrossOriginRules;
  dispatch: Dispatch;
  /** Who is signed in to the console. */
  sessions: Sessions;
  engine: Engine;
  identity: Identity;
  objects: ObjectAccess;
  services: readonly Service[];
  /** Takes up what a former server left, then starts the services. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

export function createSystem(options: SystemOptions): System {
  const { store, bytes, world, account } = options;
  const [trail, engine] = [auditTrail(store.sql), createEngine(store, world)];
  const watching = createWatching(world, store);
  const emit: EmitEvent = (event) => flows.emit(event);
  const identity = createIdentityServices({ store, world, account, sts, iam });
  const ports = objectsPorts(recorder, () => ({ identity, authorize, flows }));
  const objects = createObjectsService({ store, bytes, world, account, ports });
  const tags = createTagsService({ api: sagemaker, store, ports: { exists } });
  const { authorize, permit, explainAccess } = createPolicies({
    ...{ identity, tagsOf: tags.tagsOf, enforced: options.auth !== 'off' },
    buckets: objects.objects,
    groupPolicy: (arn) => registry.groupPolicy(arn),
    attached: (arn) => flows.attached[arn.split(':', 3)[2] ?? '']?.(arn),
  });
  const tracking = createTracking({ store, world, account, tags, others: () => ({ jobs, registry, pipelines }) });
  const registry: Registry = createRegistryService({
    ...{ api: sagemaker, store, account },
    ports: { emit, objectExists, modelContainers: (arn) => models.containers(arn), ...tags, ...tracking },
  });
  const models: Models = modelsService({ store, identity, objects, registry, tags });
  const callAs = roleCalls({ world, account, identity });
  const logs = createLogsService({ api: logsApi, store, world, account, fileLimit: options.jobLogLimit });
  const jobs: JobsService = createJobsService({
    ...{ api: sagemaker, store, world, logSink: logs.sink, ...options.jobs },
    ports: jobPorts({
      ...{ identity, callAs, permit, tags, emit, log: world.log, endpointUrl: options.endpointUrl, ...tracking },
      ...{ proxy: options.jobProxy, objects: objects.objects, model: models.served },
      orderBegun: (arn) => flows.orderBegun(arn),
      jobEnded(end) {
        for (const each of [pipelines, machines, tracking, flows]) each.jobEnded(end);
      },
    }),
  });
  const pipelines: PipelinesService = createPipelinesService({
    ...{ api: sagemaker, store, world, engine, account },
    trackObjects: options.trackObjects ?? true,
    ports: pipelinePorts({
      ...{ identity, callAs, permit, registry, models, jobs, tags, tracking, emit },
      objects: objects.objects,
      dispatch: () => dispatch,
    }),
  });
  const machines: Machines = machinesService({
    ...{ store, engine, world, account, auth: options.auth, identity, logs, tags, callAs, authorize, emit },
    ...{ dispatch: () => dispatch, apis: () => services.map(({ api }) => api) },
  });
  const flows: Flows = createFlows({
    ...{ store, world, account, auth: options.auth, identity, callAs, tags, dispatch: () => dispatch },
    ...{ authorize, objects: objects.objects, logs, endpointUrl: options.endpointUrl },
    ...{ workers: options.functions, proxy: options.jobProxy, notifications: options.notifications },
    ...{ missed: options.missedSchedules, apis: () => services.map(({ api }) => api) },
    ...{ orders: () => jobs.orders, jobEnded: machines.jobEnded, heard: watching.heard },
  });
  const sessions = createSessions(world, identity.credential);
  const telar = telarService({
    ...{ world, account, trail, jobs, registry, pipelines, objects, explainAccess, watching },
    ...{ ...flows.shown, images: options.images, server: options.server },
    consoleLink: consoleLinks(sessions, options.endpointUrl),
  });
  const services = inOrder({ identity, objects, tags, registry, models, logs, jobs, pipelines, machines }, [
    ...[...tracking.services, ...flows.services, telar],
  ]);
  const dispatch: Dispatch = createDispatch({
    ...{ services, validate, authorize },
    ...{ transact: store.transact, read: store.read },
    ...auditing(trail, store, world, watching.audited),
  });
  const chain = chainOf(options, { dispatch, identity, services });

  function recorder(call: Call): ((object: ObjectVersion) => void) | undefined {
    return recorderOf(jobs, call);
  }

  function objectExists(uri: string, call: Call): boolean {
    return objectExistsTo(call, objects.objects, uri);
  }

  function exists(arn: string): boolean {
    return [registry, models, pipelines, jobs, tracking].some((service) => service.exists(arn));
  }

  return {
    ...{ chain, dispatch, engine, identity, services, sessions, objects: objects.objects },
    crossOrigin: objects.crossOrigin,
    ...running(engine, services),
  };
}

type Made = { identity: Identity } & Record<
  'objects' | 'tags' | 'registry' | 'models' | 'logs' | 'jobs' | 'pipelines' | 'machines',
  { service: Service }
>;

/** In the order of their starts: what starts first stops last, and jobs finish their logs. */
function inOrder(made: Made, others: readonly Service[]): readonly Service[] {
  const { identity, objects, tags, registry, models, logs, jobs, pipelines, machines } = made;
  const own = [objects, tags, registry, models, logs, jobs, pipelines, machines].map(({ service }) => service);
  return [identity.sts, identity.iam, ...own, ...others];
}

function running(engine: Engine, services: readonly Service[]): Pick<System, 'start' | 'stop'> {
  return {
    async start() {
      engine.recover();
      for (const service of services) await service.start?.();
    },
    async stop() {
      engine.stop();
      for (const service of services.toReversed()) await service.stop?.();
    },
  };
}

/** What jobs read is their lineage. Versions are numbers in the object store, and opaque texts to everyone else. */
function recorderOf(jobs: JobsService, { principal: { accessKeyId } }: Call) {
  const record = accessKeyId === undefined ? undefined : jobs.recorder(accessKeyId);
  return record && (({ bucket, key, version }: ObjectVersion) => record({ bucket, key, version: String(version) }));
}

type Served = { dispatch: Dispatch; identity: Identity; services: readonly Service[] };

function chainOf({ world, account, auth }: SystemOptions, { dispatch, identity, services }: Served): Chain {
  const apis: Api[] = [...new Set(services.map(({ api }) => api))];
  return createChain({
    ...{ apis, dispatch, world, account },
    credential: identity.credential,
    keyUsed: identity.noteKeyUse,
    unauthenticated: auth === 'off' ? administrator(account) : undefined,
  });
}

/** Who calls when authentication is off. */
export function administrator(account: string): Principal {
  const arn = `arn:aws:iam::${account}:user/admin`;
  return { kind: 'user', arn, userId: 'AIDALOCALADMINISTRAT', account, accessKeyId: undefined };
}

type PipelineParts = {
  identity: Identity;
  objects: ObjectAccess;
  registry: Registry;
  models: Models;
  jobs: JobsService;
  callAs: RoleCalls;
  permit: Permit;
  tags: Pick<PipelinePorts, 'setTags' | 'removeTags'>;
  tracking: Pick<PipelinePorts, 'pipelineRuns'>;
  emit: EmitEvent;
  dispatch(): Dispatch;
};

function pipelinePorts(parts: PipelineParts): PipelinePorts {
  const { identity, objects, registry, models, jobs, callAs, permit, tags, dispatch } = parts;
  return {
    callAs,
    emit: parts.emit,
    setTags: tags.setTags,
    removeTags: tags.removeTags,
    pipelineRuns: parts.tracking.pipelineRuns,
    invoke: (operation, input, call) =>
      dispatch().runWithin(sagemaker, operation, stepInput(operation, input), call) as Readonly<
        Record<string, unknown>
      >,
    async invokeFunction(arn, payload, call) {
      const input = { FunctionName: arn, Payload: Buffer.from(payload) };
      const answer = (await dispatch().run(lambda, 'Invoke', input, call)) as {
        Payload?: Uint8Array;
        FunctionError?: string;
      };
      return {
        payload: Buffer.from(answer.Payload ?? []).toString(),
        functionError: answer.FunctionError !== undefined,
      };
    },
    sendMessage(QueueUrl, MessageBody, call) {
      dispatch().runWithin(sqs, 'SendMessage', { QueueUrl, MessageBody }, call);
    },
    registerModel(argument, call) {
      const input = stepInput('CreateModelPackage', argument);
      const register = (asked: Call) => registry.registerModelPackage(input, asked);
      return dispatch().runWithin(sagemaker, 'CreateModelPackage', input, call, register) as {
        ModelPackageArn: string;
      };
    },
    roleExists: (roleArn) => identity.role(roleArn) !== undefined,
    servedModel: models.served,
    lineageOf: jobs.lineageOf,
    currentVersion: (bucket, key) => objects.currentVersions([{ bucket, key }])[0]?.toString(),
    prefixFingerprint: (uri) => prefixFingerprint(objects, uri),
    async readText(uri, limit, call, versionId) {
      const action = versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
      permit(call, { action, resource: uri.replace(/^s3:\/\//, 'arn:aws:s3:::') });
      return readText(objects, uri, limit, versionId);
    },
  };
}

/** A step's arguments have passed no codec yet. */
function stepInput(operation: string, input: object): object {
  return inputFromJson(sagemaker.operations.get(operation)!, input) as object;
}
