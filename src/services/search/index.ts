/** SageMaker's Search over what other services keep: it has no state of its own. */
import { type Operations, type Service, streams } from '../../protocol/service.ts';
import { type Parts, type Sdk, search, suggest } from './search.ts';

export type { Source } from './ports.ts';

/** @example const search = createSearchService({ api: sagemaker, clock, ports: { sources, tagsOf } }); */
export function createSearchService(parts: Parts): Service {
  const operations: Operations<Sdk, 'Search' | 'GetSearchSuggestions'> = {
    Search: streams(
      ({ VisibilityConditions }) => [
        {
          action: 'sagemaker:Search',
          resource: '*',
          keys: () =>
            Object.fromEntries(
              (VisibilityConditions ?? []).map(({ Key, Value }) => [
                `sagemaker:SearchVisibilityCondition/${Key}`,
                Value,
              ]),
            ),
        },
      ],
      (input, call) => search(parts, input, call),
      { audit: 'management', readOnly: true },
    ),
    GetSearchSuggestions: streams(
      () => [{ action: 'sagemaker:GetSearchSuggestions', resource: '*' }],
      (input, call) => suggest(parts, input, call),
      { audit: 'management', readOnly: true },
    ),
  };
  return { name: 'search', api: parts.api, operations };
}
