/**
 * The composition root: every service, the engine and the chain as one value, wired. It knows no socket and no process, so
 * that a whole system also runs inside a simulation.
 */
import { hash } from 'node:crypto';
import { uuid } from '../base/random.ts';
import type { World } from '../base/world.ts';
import { createEngine, type Engine } from '../engine/kernel.ts';
import { engineMigrations } from '../engine/store.ts';
import type { Api } from '../protocol/api.ts';
import { type Chain, createChain } from '../protocol/chain.ts';
import { validate } from '../protocol/constraints.ts';
import { createDispatch, type Dispatch } from '../protocol/dispatch.ts';
import { isAwsError } from '../protocol/errors.ts';
import type { Call, Principal, Service } from '../protocol/service.ts';
import { createIdentityServices, type Identity, migrations as identityMigrations } from '../services/identity/index.ts';
import { createObjectsService, type ObjectAccess, migrations as objectsMigrations } from '../services/objects/index.ts';
import {
  createPipelinesService,
  type PipelinePorts,
  type PipelinesService,
  pipelinesMigrations,
} from '../services/pipelines/index.ts';
import { createRegistryService, type Registry, migrations as registryMigrations } from '../services/registry/index.ts';
import { createTagsService, migrations as tagsMigrations } from '../services/tags/index.ts';
import { createTelarService } from '../services/telar/index.ts';
import { auditMigrations, auditTrail } from '../store/audit.ts';
import type { Bytes } from '../store/bytes.ts';
import type { Migrations } from '../store/migrations.ts';
import type { Store } from '../store/store.ts';
import { iam, sagemaker, sts } from './apis.ts';
import { authorize } from './authorize.ts';
import { parseS3Uri } from './uris.ts';

export const allMigrations: readonly Migrations[] = [
  auditMigrations,
  engineMigrations,
  identityMigrations,
  objectsMigrations,
  tagsMigrations,
  registryMigrations,
  pipelinesMigrations,
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
  server: { version: string; dataFolder: string; loopLag(): number };
};

export type System = {
  chain: Chain;
  dispatch: Dispatch;
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
  const trail = auditTrail(store.sql);
  const engine = createEngine(store, world);
  const identity = createIdentityServices({ store, world, account, sts, iam });
  const objects = createObjectsService({ store, bytes, world, account });
  const tags = createTagsService({ api: sagemaker, store, ports: { exists } });
  const registry = createRegistryService({
    api: sagemaker,
    store,
    account,
    ports: { objectExists: (uri) => objectExists(objects.objects, uri), ...tags },
  });
  const pipelines: PipelinesService = createPipelinesService({
    ...{ api: sagemaker, store, world, engine },
    trackObjects: options.trackObjects ?? true,
    ports: pipelinePorts({
      world,
      account,
      identity,
      objects: objects.objects,
      registry,
      tags,
      dispatch: () => dispatch,
    }),
  });
  const telar = createTelarService({
    executionState: pipelines.executionState,
    logOf: () => undefined,
    auditEvents: trail.newest,
    loopLag: options.server.loopLag,
    server: { ...options.server, account, startedAt: world.clock.now() },
  });
  const services = [
    identity.sts,
    identity.iam,
    objects.service,
    tags.service,
    registry.service,
    pipelines.service,
    telar,
  ];
  const dispatch: Dispatch = createDispatch({
    services,
    validate,
    authorize,
    transact: store.transact,
    audit: (record) => trail.append(record.at, record),
  });
  const apis: Api[] = [...new Set(services.map(({ api }) => api))];
  const chain = createChain({
    ...{ apis, dispatch, world, account },
    credential: identity.credential,
    unauthenticated: options.auth === 'off' ? administrator(account) : undefined,
  });

  function exists(arn: string): boolean {
    return registry.exists(arn) || pipelines.exists(arn);
  }

  return {
    ...{ chain, dispatch, engine, identity, services, objects: objects.objects },
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

/** Who calls when authentication is off. */
function administrator(account: string): Principal {
  const arn = `arn:aws:iam::${account}:user/admin`;
  return { kind: 'user', arn, userId: 'AIDALOCALADMINISTRAT', account, accessKeyId: undefined };
}

type PipelineParts = {
  world: World;
  account: string;
  identity: Identity;
  objects: ObjectAccess;
  registry: Registry;
  tags: Pick<PipelinePorts, 'setTags' | 'removeTags'>;
  dispatch(): Dispatch;
};

function pipelinePorts(parts: PipelineParts): PipelinePorts {
  const { world, account, identity, objects, registry, tags, dispatch } = parts;
  return {
    setTags: tags.setTags,
    removeTags: tags.removeTags,
    invoke: (operation, input, call) =>
      dispatch().runWithin(sagemaker, operation, input, call) as Readonly<Record<string, unknown>>,
    registerModel(input, call) {
      const register = () => registry.registerModelPackage(input, call);
      return dispatch().runWithin(sagemaker, 'CreateModelPackage', input, call, register) as {
        ModelPackageArn: string;
      };
    },
    callAs: (roleArn, region, session) => roleCall({ world, account, identity }, roleArn, region, session),
    roleExists: (roleArn) => identity.role(roleArn) !== undefined,
    lineageOf: () => ({ reads: [], prefixes: [], outputs: [] }),
    currentVersion: (bucket, key) => objects.currentVersions([{ bucket, key }])[0],
    prefixFingerprint: (uri) => prefixFingerprint(objects, uri),
    async readText(uri, limit) {
      const { bucket, key } = parseS3Uri(uri);
      try {
        return (await objects.readSmall(bucket, key, limit)).toString('utf8');
      } catch (error) {
        if (!isAwsError(error)) throw error;
        throw Object.assign(error, { message: `${uri} cannot be read: ${error.message} (${error.code})` });
      }
    },
  };
}

/** A call that a role makes through a service: a pipeline's step, and later a machine's task or a rule's target. */
function roleCall(
  { world, account, identity }: Pick<PipelineParts, 'world' | 'account' | 'identity'>,
  roleArn: string,
  region: string,
  session: string,
): Call {
  const role = identity.role(roleArn);
  const name = role?.name ?? roleArn.slice(roleArn.lastIndexOf('/') + 1);
  const principal: Principal = {
    kind: 'assumed-role',
    arn: `arn:aws:sts::${account}:assumed-role/${name}/${session}`,
    userId: `${role?.id ?? 'AROAUNKNOWN'}:${session}`,
    account,
    accessKeyId: undefined,
  };
  return { requestId: uuid(world.random), account, region, principal, now: world.clock.now(), headers: {} };
}

function objectExists(objects: ObjectAccess, uri: string): boolean {
  const { bucket, key } = parseS3Uri(uri);
  if (objects.currentVersions([{ bucket, key }])[0] !== undefined) return true;
  try {
    return key.endsWith('/') && objects.listPrefix(bucket, key).length > 0;
  } catch (error) {
    if (isAwsError(error)) return false;
    throw error;
  }
}

/** A digest of the objects under a prefix; of a missing bucket, a digest of its own. */
export function prefixFingerprint(objects: ObjectAccess, uri: string): string {
  const { bucket, key } = parseS3Uri(uri);
  try {
    const entries = objects.listPrefix(bucket, key).map((entry) => [entry.key, entry.version]);
    return hash('sha256', JSON.stringify(entries), 'hex');
  } catch (error) {
    if (isAwsError(error)) return error.code;
    throw error;
  }
}
