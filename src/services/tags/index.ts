/**
 * Tags of SageMaker's resources: the three operations for all of them, and the store in which the services that create
 * and delete resources keep their tags.
 *
 * A1. Tags live and die with their resource: its service sets the first ones and removes all, in its own transaction.
 */
import type { Api } from '../../protocol/api.ts';
import type { Service } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import { tagOperations } from './operations.ts';
import type { TagsPorts } from './ports.ts';
import { tagRows } from './store.ts';
import { type TagsOf, tagsOver } from './tags.ts';

export type { TagsPorts } from './ports.ts';
export { migrations } from './store.ts';
export type { TagsOf } from './tags.ts';

export type TagsContext = {
  /** The SageMaker API, made once by the server. */
  api: Api;
  store: Store;
  ports: TagsPorts;
};

/** @example const tags = createTagsService({ api, store, ports: { exists: (arn) => registry.exists(arn) } }); */
export function createTagsService({ api, store, ports }: TagsContext): { service: Service } & TagsOf {
  const tags = tagsOver(tagRows(store.sql));
  return { service: { name: 'tags', api, operations: tagOperations(tags, ports) }, ...tags };
}
