/**
 * What all resources of a module are written with: their names in it, texts with the account's places set in, and what has to be
 * there first.
 */
import type { PermissionDocument, Settled } from './documents.ts';
import { call, type Expression, expression, fromJson, template, type Value } from './hcl.ts';
import { identifiers } from './identifiers.ts';
import type { Place, Places } from './places.ts';
import type { ResourceType } from './resources.ts';

export const TAGS = expression('local.tags');
export const REGION = expression('local.region');
/** Where a version of the code lies: known only once it is uploaded. */
export const CODE_VARIABLE = 'code_bundle_uri';

/** Whether schedules or rules name where the code lies, so that the module has a variable for it. */
export function namesCode({ documents: { schedules, rules }, split }: Pick<Places, 'documents' | 'split'>): boolean {
  return split(JSON.stringify([schedules, rules])).some((part) => typeof part === 'object' && part.kind === 'code');
}

/** The resources that others are reached through: of which document each is, and what stands before its name in an ARN. */
const REACHED = {
  pipelines: { type: 'aws_sagemaker_pipeline', service: 'sagemaker', before: ':pipeline/' },
  machines: { type: 'aws_sfn_state_machine', service: 'states', before: ':stateMachine:' },
  functions: { type: 'aws_lambda_function', service: 'lambda', before: ':function:' },
  topics: { type: 'aws_sns_topic', service: 'sns', before: ':' },
  queues: { type: 'aws_sqs_queue', service: 'sqs', before: ':' },
} as const satisfies Record<string, { type: ResourceType; service: string; before: string }>;
type Reached = keyof typeof REACHED;
const KINDS = Object.keys(REACHED) as Reached[];

type Naming = (name: string) => string;
export type Names = Readonly<Record<'role' | Reached, Naming>> & {
  readonly policy: (role: string, policy: string) => string;
  readonly permission: (permission: PermissionDocument) => string;
};

/** A resource of the project, by its own name. */
export type Own = { readonly kind: Reached; readonly name: string };

export type Writing = {
  readonly documents: Settled;
  readonly split: Places['split'];
  readonly names: Names;
  /** A text with its places set in. */
  readonly text: (value: string) => Value;
  /** JSON text as a value that Terraform encodes, with its places set in. */
  readonly json: (value: string) => Value;
  /** The resource of this project that an ARN names. */
  readonly own: (arn: string) => Own | undefined;
  /** What has to be there before a resource that names these ARNs, or texts with them: `depends_on`. */
  readonly waitsFor: (...texts: readonly (string | undefined)[]) => Expression[];
  /** What lets a rule or topic, by its ARN, invoke the function that another ARN names. */
  readonly letsIn: (source: string, arn: string) => Expression[];
};

export function startWriting({ documents, split }: Places): Writing {
  const names = namesOf(documents);
  const text = (value: string) =>
    template(split(value).map((part) => (typeof part === 'string' ? part : placeExpression(part, names))));
  const own = (arn: string) => ownOf(documents, split, arn);
  return {
    ...{ documents, split, names, text, own },
    json: (value) => call('jsonencode', fromJson(JSON.parse(value), text)),
    waitsFor(...texts) {
      const needed = texts.flatMap((one = '') => [...rolesIn(documents, names, split, one), ...resourceOf(own(one))]);
      return [...new Map(needed.map((each) => [each.text, each])).values()];
    },
    letsIn(source, arn) {
      const { kind, name } = own(arn) ?? {};
      return (documents.permissions ?? [])
        .filter((one) => kind === 'functions' && one.function === name && one.sourceArn === source)
        .map((one) => expression(`aws_lambda_permission.${names.permission(one)}`));
    },
  };

  /** What lets others reach it, or itself where it needs none. */
  function resourceOf(found: Own | undefined): Expression[] {
    if (!found) return [];
    const { kind, name } = found;
    const guarded = kind === 'topics' || kind === 'queues';
    const policy = guarded && documents[kind]?.find((each) => each.name === name)?.attributes['Policy'] !== undefined;
    return [expression(`${REACHED[kind].type}${policy ? '_policy' : ''}.${names[kind](name)}`)];
  }
}

function namesOf(documents: Settled): Names {
  const { roles } = documents;
  const key = (of: string, policy: string) => `${of} ${policy}`;
  const policy = identifiers(roles.flatMap(({ name, policies }) => policies.map((each) => key(name, each.name))));
  const permissionKey = (one: PermissionDocument) => `${one.function} ${one.statementId}`;
  const permission = identifiers((documents.permissions ?? []).map(permissionKey));
  const naming = (kind: Reached) => identifiers((documents[kind] ?? []).map(({ name }) => name));
  return {
    role: identifiers(roles.map(({ name }) => name)),
    policy: (of, name) => policy(key(of, name)),
    permission: (one) => permission(permissionKey(one)),
    ...(Object.fromEntries(KINDS.map((kind) => [kind, naming(kind)])) as Record<Reached, Naming>),
  };
}

/** A place's name among a definition's variables; `local` knows it by the same. */
export function variableOf(place: Place, names: Names): string {
  if (place.kind === 'code') return CODE_VARIABLE;
  return place.kind === 'role' ? `${names.role(place.name)}_arn` : place.kind;
}

export function placeExpression(place: Place, names: Names): Expression {
  const scope = place.kind === 'bucket' || place.kind === 'code' ? 'var' : 'local';
  return expression(`${scope}.${variableOf(place, names)}`);
}

function ownOf(documents: Settled, split: Places['split'], arn: string): Own | undefined {
  const [head, place, tail, more] = split(arn);
  if (typeof place !== 'object' || place.kind !== 'account' || more !== undefined) return undefined;
  for (const kind of KINDS) {
    const { service, before } = REACHED[kind];
    if (head !== `arn:aws:${service}:${documents.region}:` || typeof tail !== 'string') continue;
    const found = documents[kind]?.find(({ name }) => tail === `${before}${name}`);
    if (found) return { kind, name: found.name };
  }
  return undefined;
}

/** Of the project's roles that a text names: their policies, or the role itself where it has none. */
function rolesIn({ roles }: Settled, names: Names, split: Places['split'], text: string): Expression[] {
  return split(text).flatMap((place) => {
    if (typeof place === 'string' || place.kind !== 'role') return [];
    const policies = roles.find(({ name }) => name === place.name)?.policies ?? [];
    if (policies.length === 0) return [expression(`aws_iam_role.${names.role(place.name)}`)];
    return policies.map(({ name }) => expression(`aws_iam_role_policy.${names.policy(place.name, name)}`));
  });
}
