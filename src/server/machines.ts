/** The machines service, with what it is given of the others. */
import type { EmitEvent } from '../base/systemEvents.ts';
import type { World } from '../base/world.ts';
import type { Engine } from '../engine/kernel.ts';
import type { Api } from '../protocol/api.ts';
import type { Dispatch } from '../protocol/dispatch.ts';
import type { Identity } from '../services/identity/index.ts';
import type { Logs } from '../services/logs/index.ts';
import { createMachinesService, type MachinePorts, type Machines } from '../services/machines/index.ts';
import type { Store } from '../store/store.ts';
import { states, sts } from './apis.ts';
import type { Authorize } from './authorize.ts';
import type { RoleCalls } from './roleCalls.ts';

type Parts = {
  store: Store;
  engine: Engine;
  callAs: RoleCalls;
  emit: EmitEvent;
  authorize: Authorize;
  /** There once all services are. */
  dispatch(): Dispatch;
  apis(): readonly Api[];
  world: World;
  account: string;
  auth: 'sigv4' | 'off';
  identity: Identity;
  logs: Pick<Logs, 'groupExists' | 'deliver'>;
  tags: Pick<MachinePorts, 'tagsOf' | 'setTags' | 'removeTagsOfKeys' | 'removeTags'>;
};

export function machinesService(parts: Parts): Machines {
  const { store, engine, world, account, auth, identity, logs, tags, callAs, authorize, dispatch } = parts;
  return createMachinesService({
    ...{ api: states, store, engine, world, account },
    ports: {
      ...{ callAs, emit: parts.emit },
      assume(by, role, session) {
        const refusal = authorize(sts, by.principal, [{ action: 'sts:AssumeRole', resource: role }], by);
        if (refusal) throw refusal;
        return callAs(role, by.region, session);
      },
      invoke: ({ api, operation, input }, call) => dispatch().runWithin(api, operation.name, input, call) as object,
      invokeOutside: async ({ api, operation, input }, call) =>
        (await dispatch().run(api, operation.name, input, call)) as object,
      movesBytes: ({ api, operation }) => dispatch().find(api, operation.name)?.kind === 'stream',
      apis: parts.apis,
      serves: (api, operation) => dispatch().find(api, operation) !== undefined,
      // A trust policy is a policy: with authentication off, none is asked.
      roleTrusts: (roleArn, machineArn) =>
        auth === 'off' || identity.trustsService(roleArn, 'states.amazonaws.com', machineArn),
      ...{ logGroupExists: logs.groupExists, log: logs.deliver },
      ...{ tagsOf: tags.tagsOf, setTags: tags.setTags },
      ...{ removeTagsOfKeys: tags.removeTagsOfKeys, removeTags: tags.removeTags },
    },
  });
}
