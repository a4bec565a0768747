/** SageMaker's Search over what other services keep: it has no state of its own. */
import type { Service } from '../../protocol/service.ts';
import { searchOperations } from './operations.ts';
import type { Parts } from './search.ts';

export type { Source } from './ports.ts';

/** @example const search = createSearchService({ api: sagemaker, clock, ports: { sources, tagsOf } }); */
export const createSearchService = (parts: Parts): Service => ({
  name: 'search',
  api: parts.api,
  operations: searchOperations(parts),
});
