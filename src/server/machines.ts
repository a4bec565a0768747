/** The machines service, with what it is given of the others. */
import type { World } from '../base/world.ts';
import type { Identity } from '../services/identity/index.ts';
import type { Logs } from '../services/logs/index.ts';
import { createMachinesService, type MachinePorts, type Machines } from '../services/machines/index.ts';
import type { Store } from '../store/store.ts';
import { states } from './apis.ts';

type Parts = {
  store: Store;
  world: World;
  account: string;
  auth: 'sigv4' | 'off';
  identity: Identity;
  logs: Pick<Logs, 'groupExists'>;
  tags: Pick<MachinePorts, 'tagsOf' | 'setTags' | 'removeTagsOfKeys' | 'removeTags'>;
};

export function machinesService({ store, world, account, auth, identity, logs, tags }: Parts): Machines {
  return createMachinesService({
    ...{ api: states, store, world, account },
    ports: {
      // A trust policy is a policy: with authentication off, none is asked.
      roleTrusts: (roleArn, machineArn) =>
        auth === 'off' || identity.trustsService(roleArn, 'states.amazonaws.com', machineArn),
      logGroupExists: logs.groupExists,
      ...{ tagsOf: tags.tagsOf, setTags: tags.setTags },
      ...{ removeTagsOfKeys: tags.removeTagsOfKeys, removeTags: tags.removeTags },
    },
  });
}
