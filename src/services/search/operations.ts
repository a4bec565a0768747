/** The operations of Search, which give way to others while they read. */
import { type Operations, readsAtLength } from '../../protocol/service.ts';
import { type Parts, type Sdk, search, suggest } from './search.ts';

export function searchOperations(parts: Parts): Operations<Sdk, 'Search' | 'GetSearchSuggestions'> {
  return {
    Search: readsAtLength(
      ({ VisibilityConditions: conditions = [] }) => [
        {
          action: 'sagemaker:Search',
          resource: '*',
          keys: () =>
            Object.fromEntries(
              conditions.map(({ Key, Value }) => [`sagemaker:SearchVisibilityCondition/${Key}`, Value]),
            ),
        },
      ],
      (input, call) => search(parts, input, call),
    ),
    GetSearchSuggestions: readsAtLength(
      () => [{ action: 'sagemaker:GetSearchSuggestions', resource: '*' }],
      (input, call) => suggest(parts, input, call),
    ),
  };
}
