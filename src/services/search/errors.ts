/** What Search refuses, and what to ask instead. */
import { awsError } from '../../protocol/errors.ts';

const validation = (message: string) => awsError('ValidationException', message);

export const searchErrors = {
  resource: (resource: string, served: readonly string[]) =>
    validation(`Telar does not search the resource ${resource} yet. It searches ${served.join(', ')}.`),
  crossAccount: () =>
    validation(
      'Telar does not share resources between accounts yet. Repeat the request without CrossAccountFilterOption.',
    ),
  noValue: (name: string, operator: string) =>
    validation(`The filter on '${name}' needs a Value: the operator ${operator} compares with one.`),
  needlessValue: (name: string, operator: string) =>
    validation(`The filter on '${name}' must have no Value: the operator ${operator} compares with none.`),
  tooMany: (most: number) =>
    validation(`The SearchExpression has more than ${most} filters, those of its SubExpressions counted. Use fewer.`),
  tooDeep: (most: number) =>
    validation(`The SearchExpression nests SubExpressions more than ${most} deep. Nest them less.`),
  nestedName: (name: string, nested: string) =>
    validation(`The nested filter on '${name}' must name a property of '${nested}': begin its Name with '${nested}.'.`),
  staleToken: () =>
    validation(
      'The NextToken is not valid for this request. Repeat the request that gave it, unchanged, or start again without it.',
    ),
} as const;
