/**
 * Names of functions, as clients give them: a name, a part of an ARN or all of it, with a version or an alias behind it or beside it.
 *
 * N1. The account and the region of an ARN are the request's: others have no functions here.
 */
import { arn } from '../../base/arn.ts';
import type { Access, Call, ConditionKeys } from '../../protocol/service.ts';
import { functionErrors } from './errors.ts';

export type Place = Pick<Call, 'account' | 'region'>;

/** `qualifier`: a version's number, `$LATEST`, an alias; undefined where none was given. */
export type FunctionName = { name: string; qualifier: string | undefined };

export const LATEST = '$LATEST';

const FORM =
  /^(?:arn:[^:]+:lambda:(?<region>[^:]+):(?<account>\d{12}):function:|(?<partial>\d{12}):(?:function:)?|function:)?(?<name>[a-zA-Z0-9-_]{1,140})(?::(?<qualifier>\$LATEST|[a-zA-Z0-9-_]{1,128}))?$/;

/** @throws InvalidParameterValueException; ResourceNotFoundException of another account or region */
export function functionName(place: Place, given: string, qualifier?: string | undefined): FunctionName {
  const found = FORM.exec(given)?.groups;
  if (!found) throw functionErrors.invalid(`'${given}' is not the name of a function.`);
  const { region = place.region, account = found['partial'] ?? place.account, name } = found;
  if (region !== place.region || account !== place.account) throw functionErrors.noFunction(given);
  const own = found['qualifier'];
  if (own !== undefined && qualifier !== undefined && own !== qualifier)
    throw functionErrors.invalid(
      'The derived qualifier from the function name does not match the specified qualifier.',
    );
  return { name: name!, qualifier: own ?? qualifier };
}

/** The function itself, where a version or an alias cannot be meant. @throws InvalidParameterValueException */
export function unqualifiedName(place: Place, given: string): FunctionName {
  const named = functionName(place, given);
  if (named.qualifier !== undefined && named.qualifier !== LATEST) throw functionErrors.unqualifiedOnly();
  return { name: named.name, qualifier: undefined };
}

export function functionArn({ region, account }: Place, name: string, qualifier?: string): string {
  return arn('lambda', region, account, `function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`);
}

/** What a policy is asked about: an operation on what its input names. */
export function onFunction(
  action: string,
  call: Place,
  given: string | undefined,
  qualifier?: string | undefined,
  keys?: () => ConditionKeys,
): Access {
  const named = functionName(call, given ?? '', qualifier);
  const resource = functionArn(call, named.name, named.qualifier);
  return { action: `lambda:${action}`, resource, ...(keys && { keys }) };
}

/** The number of a version; undefined where the text names none. */
export function versionNumber(qualifier: string | undefined): number | undefined {
  if (qualifier === undefined || qualifier === LATEST) return 0;
  return /^[1-9]\d{0,9}$/.test(qualifier) ? Number(qualifier) : undefined;
}

export const versionText = (version: number): string => (version === 0 ? LATEST : String(version));
