/** SQS: queues and their messages. Owns the tables `queue*`. */
import type { Policy } from '../../definition/policy/types.ts';
import type { Service } from '../../protocol/service.ts';
import { createClearing } from './clearing.ts';
import type { Parts, QueuesContext } from './context.ts';
import { createMoves } from './moves.ts';
import { namedByArn } from './names.ts';
import { queuesOperations } from './operations.ts';
import { parsedPolicy } from './policies.ts';
import { queueByArn } from './queues.ts';
import { queuesStore } from './store.ts';
import { createWaiters } from './waiters.ts';

export { violated } from './errors.ts';
export { queueUrl } from './names.ts';
export type { QueuePorts } from './ports.ts';
export { migrations as queuesMigrations } from './store.ts';

export type Queues = {
  service: Service;
  /** The policy of the queue that an ARN names, if it has one: parsed once for each text. */
  policy(arn: string): Policy | undefined;
};

export function createQueuesService({ api, store, world, account, endpointUrl, ports }: QueuesContext): Queues {
  const db = queuesStore(store.sql);
  const clearing = createClearing({ db, store, world });
  const waiters = createWaiters(world.clock);
  const parts: Parts = { store, world, account, endpointUrl, ports, db, clearing, waiters };
  const moves = createMoves(parts);
  return {
    service: {
      name: 'queues',
      api,
      operations: queuesOperations(parts, moves),
      start() {
        clearing.start();
        moves.recover();
      },
      stop() {
        waiters.stop();
        moves.stop();
        clearing.stop();
      },
    },
    policy(arn) {
      const region = namedByArn(arn)?.region;
      const text = region === undefined ? undefined : queueByArn(parts, arn, region)?.settings.policy;
      return text === undefined ? undefined : parsedPolicy(text);
    },
  };
}
