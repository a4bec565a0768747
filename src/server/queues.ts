/** The queues service, with what it is given of the others. */
import type { World } from '../base/world.ts';
import { createQueuesService, type QueuePorts, type Queues } from '../services/queues/index.ts';
import type { Store } from '../store/store.ts';
import { sqs } from './apis.ts';

type Parts = { store: Store; world: World; account: string; tags: QueuePorts; endpointUrl(): string };

export function queuesService({ store, world, account, tags, endpointUrl }: Parts): Queues {
  const { tagsOf, setTags, removeTags, removeTagsOfKeys } = tags;
  return createQueuesService({
    ...{ api: sqs, store, world, account, endpointUrl },
    ports: { tagsOf, setTags, removeTags, removeTagsOfKeys },
  });
}
