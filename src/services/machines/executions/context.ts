/** What the parts of executions share. */
import type { Engine } from '../../../engine/kernel.ts';
import type { Express } from '../../../engine/machines/express.ts';
import type { Store } from '../../../store/store.ts';
import type { Parts } from '../context.ts';
import type { Compiled } from './definitions.ts';
import type { ExecutionsStore } from './store.ts';

export type ExecutionParts = Parts & {
  engine: Engine;
  store: Pick<Store, 'transact' | 'commitAhead' | 'whenDurable'>;
  executions: ExecutionsStore;
  compiled: Compiled;
  express: Express;
};
