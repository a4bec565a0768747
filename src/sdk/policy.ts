/** IAM policy documents as typed data. Mirrors https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
import type { Late } from './scope.ts';

type OneOrMore<T> = T | readonly T[];

/** A statement whose resources may depend on account and region. */
export type Statement = {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  /** `service:Operation`, with `*` and `?`. */
  Action: OneOrMore<`${string}:${string}`>;
  Resource: OneOrMore<string | Late<string>>;
  /** Operator → key → values. */
  Condition?: { readonly [operator: string]: { readonly [key: string]: OneOrMore<string> } };
};

/** A policy document as IAM takes it. */
export type PolicyDocument = { Version: '2012-10-17'; Statement: SettledStatement[] };
export type SettledStatement = {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  /** In trust policies only. */
  Principal?: { Service: string };
  Action: OneOrMore<string>;
  /** In all but trust policies. */
  Resource?: OneOrMore<string>;
  Condition?: { [operator: string]: { [key: string]: OneOrMore<string> } };
};
