/** AWS Glue's jobs and their runs, carried out as every other job is. Owns the tables `glue_*`. */
import type { World } from '../../base/world.ts';
import type { Api } from '../../protocol/api.ts';
import type { Service } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import type { Parts } from './context.ts';
import { glueOperations } from './operations.ts';
import type { GluePorts, OrderEnd } from './ports.ts';
import { REFUSED } from './refusals.ts';
import { createRuns } from './runs.ts';
import { glueStore } from './store.ts';

export type { GluePorts } from './ports.ts';
export { migrations as glueMigrations } from './store.ts';

export type GlueContext = { api: Api; store: Store; world: World; account: string; ports: GluePorts };

export type Glue = {
  service: Service;
  /** Inside the transaction that has the process of a run be. @param order its ARN */
  begun(order: string): void;
  /** Inside the transaction that ends it. */
  ended(end: OrderEnd): void;
};

export function createGlueService({ api, store, world, account, ports }: GlueContext): Glue {
  const parts: Parts = { db: glueStore(store.sql), world, account, ports };
  const runs = createRuns(parts, store);
  return {
    service: {
      name: 'glue',
      api,
      operations: glueOperations(parts, runs),
      refused: REFUSED,
      start: runs.recover,
      stop: runs.close,
    },
    begun: runs.begun,
    ended: runs.ended,
  };
}
