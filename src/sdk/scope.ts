/**
 * What a definition learns only when it is published: account, region, the pipeline's role.
 *
 * I1. A `Late` value is a function of the scope; `settle` is the one place that calls it.
 */

/** Where a project is published. */
export type Context = {
  /** Twelve digits. */
  account: string;
  /** Such as `eu-west-1`. */
  region: string;
};
/** What a Late value may ask for. `roleArn` is the role of the pipeline being written. */
export type Scope = Context & { roleArn?: string };
/** A value that depends on account, region or role: an image URI, an ARN. */
export type Late<T> = (scope: Scope) => T;

export type Settled = string | number | boolean | null | Settled[] | { [key: string]: Settled };
/** JSON in which Late values stand anywhere; absent members are left out, as JSON.stringify does. */
export type Draft =
  | string
  | number
  | boolean
  | null
  | undefined
  | Late<string>
  | readonly Draft[]
  | { readonly [key: string]: Draft };

/** Writes every Late value out. The result is plain JSON and shares nothing with the draft. */
export function settle(draft: Draft, scope: Scope): Settled {
  if (typeof draft === 'function') return draft(scope);
  if (draft === undefined || draft === null) return null;
  if (typeof draft !== 'object') return draft;
  if (isList(draft)) return draft.map((item) => settle(item, scope));
  const entries = Object.entries(draft).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, settle(value, scope)]));
}

/** Lays `over` upon `base`: objects are merged member by member, everything else is replaced. */
export function overlay(base: Draft, over: Draft): Draft {
  if (over === undefined) return base;
  if (!isObject(base) || !isObject(over)) return over;
  const merged: { [key: string]: Draft } = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = overlay(merged[key], value);
  return merged;
}

function isList(draft: Draft): draft is readonly Draft[] {
  return Array.isArray(draft);
}

function isObject(draft: Draft): draft is { readonly [key: string]: Draft } {
  return typeof draft === 'object' && draft !== null && !isList(draft) && !('Get' in draft) && !isFunction(draft);
}

function isFunction(draft: { readonly [key: string]: Draft }): boolean {
  return Object.keys(draft).some((key) => key.startsWith('Std:'));
}
