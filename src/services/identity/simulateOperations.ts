/** IAM's policy simulator, and the operations that tell which context keys it needs. */
import { hash } from 'node:crypto';
import { compilePolicy } from '../../definition/policy/compile.ts';
import { contextKeysOf } from '../../definition/policy/contextKeys.ts';
import { LAYERS, type PolicySet, policiesOf } from '../../definition/policy/evaluate.ts';
import { parsePolicy } from '../../definition/policy/parse.ts';
import type { PrincipalNames } from '../../definition/policy/principals.ts';
import type { Policy, PolicyKind } from '../../definition/policy/types.ts';
import type { Context } from '../../definition/policy/variables.ts';
import { type InputOf, type Operations, reads } from '../../protocol/service.ts';
import type { Iam, Parts } from './context.ts';
import { iamErrors } from './errors.ts';
import { requireGroup } from './groups.ts';
import { iamPage } from './listing.ts';
import { parseIamArn } from './names.ts';
import { managedSource } from './permissions.ts';
import { requireRole } from './roles.ts';
import { callerNamed, type SimulatedCaller } from './simulatedCallers.ts';
import { type Source, simulate } from './simulation.ts';
import { requireUser } from './users.ts';

type Names =
  | 'SimulateCustomPolicy'
  | 'SimulatePrincipalPolicy'
  | 'GetContextKeysForCustomPolicy'
  | 'GetContextKeysForPrincipalPolicy';

type Simulating = Partial<InputOf<Iam, 'SimulatePrincipalPolicy'> & InputOf<Iam, 'SimulateCustomPolicy'>>;
/**
 * Bounds of Telar's own, so that no simulation keeps the loop: characters of all documents of a request, and statements that
 * are evaluated for one page. A page may hold less than MaxItems, as IAM reserves itself.
 */
const LONGEST_DOCUMENTS = 262_144;
const MOST_STATEMENTS = 2000;

/** A policy of a simulation, under an id of its own. */
type Given = Source & { id: string };

export function simulateOperations(parts: Parts): Operations<Iam, Names> {
  const onSource =
    (action: string) =>
    ({ PolicySourceArn }: { PolicySourceArn?: string | undefined }) => [
      { action: `iam:${action}`, resource: PolicySourceArn! },
    ];
  const anywhere = (action: string) => () => [{ action: `iam:${action}`, resource: '*' }];
  return {
    SimulateCustomPolicy: reads(anywhere('SimulateCustomPolicy'), (input) =>
      results(parts, input, { own: [], boundary: undefined, caller: undefined }),
    ),
    SimulatePrincipalPolicy: reads(onSource('SimulatePrincipalPolicy'), (input) =>
      results(parts, input, policiesOfPrincipal(parts, input.PolicySourceArn!)),
    ),
    GetContextKeysForCustomPolicy: reads(anywhere('GetContextKeysForCustomPolicy'), ({ PolicyInputList }) => ({
      ContextKeyNames: contextKeysOf(bounded(PolicyInputList!).map((text) => parsed(text, 'identity'))),
    })),
    GetContextKeysForPrincipalPolicy: reads(onSource('GetContextKeysForPrincipalPolicy'), (input) => {
      const { own } = policiesOfPrincipal(parts, input.PolicySourceArn!);
      const documents = [...own.map(({ document }) => document), ...(input.PolicyInputList ?? [])];
      return { ContextKeyNames: contextKeysOf(bounded(documents).map((text) => parsed(text, 'identity'))) };
    }),
  };
}

type OfPrincipal = { own: readonly Given[]; boundary: Given | undefined; caller: SimulatedCaller | undefined };

/** What a user, group or role holds. @throws NoSuchEntity */
function policiesOfPrincipal(parts: Parts, sourceArn: string): OfPrincipal {
  const { permissions, store, account } = parts;
  const group = parseIamArn(account, 'group', sourceArn);
  if (group) {
    const { name } = requireGroup(parts, group.name);
    return { own: permissions.heldBy('group', name), boundary: undefined, caller: undefined };
  }
  const user = parseIamArn(account, 'user', sourceArn);
  const role = user ? undefined : parseIamArn(account, 'role', sourceArn);
  if (!user && !role)
    throw iamErrors.invalidInput(`Invalid Entity Arn: ${sourceArn} does not clearly define entity type and name.`);
  const row = user ? requireUser(parts, user.name) : requireRole(parts, role!.name);
  const groups = user ? store.groups.of({ user: row.name }) : [];
  return {
    own: [
      ...permissions.heldBy(user ? 'user' : 'role', row.name),
      ...groups.flatMap(({ name }) => permissions.heldBy('group', name)),
    ],
    boundary: row.boundary === null ? undefined : managedSource(store, row.boundary),
    caller: callerNamed(parts, sourceArn),
  };
}

function results(parts: Parts, input: Simulating, { own, boundary, caller: principal }: OfPrincipal) {
  const identity = [...own, ...given(input.PolicyInputList, 'PolicyInputList')];
  const [bound = boundary] = given(input.PermissionsBoundaryPolicyInputList, 'PermissionsBoundaryPolicyInputList');
  const [resource] = given(
    input.ResourcePolicy === undefined ? [] : [input.ResourcePolicy],
    'ResourcePolicy',
    'resource',
  );
  const caller = input.CallerArn === undefined ? principal : callerNamed(parts, input.CallerArn);
  if (resource && !caller) throw iamErrors.invalidInput('A CallerArn is required with a ResourcePolicy.');
  if (input.ResourceOwner !== undefined && !ownedHere(parts, input.ResourceOwner)) {
    throw iamErrors.invalidInput(
      `ResourceOwner ${input.ResourceOwner} is another account: a data folder has one, and cross-account access cannot be simulated.`,
    );
  }
  if (input.ResourceHandlingOption !== undefined) {
    throw iamErrors.invalidInput('ResourceHandlingOption is for EC2, which Telar does not serve. Leave it out.');
  }
  bounded([...identity, ...(bound ? [bound] : []), ...(resource ? [resource] : [])].map(({ document }) => document));
  const policies: PolicySet = {
    identity: identity.map((one) => ready(one, 'identity')),
    boundary: bound && ready(bound, 'identity'),
    resource: resource && { policy: ready(resource, 'resource'), required: false },
  };
  const simulation = {
    names: caller?.names ?? NOBODY,
    context: contextOf(input, caller),
    policies,
    sources: new Map([...identity, bound, resource].flatMap((source) => (source ? [[source.id, source]] : []))),
  };
  const statements = LAYERS.flatMap((layer) => policiesOf(policies, layer)).flatMap(
    (policy) => policy.statements,
  ).length;
  const { items, ...page } = asked(input, Math.max(1, Math.floor(MOST_STATEMENTS / Math.max(1, statements))));
  return { EvaluationResults: items.map((question) => simulate({ ...simulation, ...question })), ...page };
}

/** A page of the questions: each action on each resource. */
function asked(input: Simulating, most: number) {
  const actions = input.ActionNames!.map(actionName);
  const resources = input.ResourceArns?.length ? input.ResourceArns : ['*'];
  const { Marker: _, MaxItems: __, ...request } = input;
  const query = { operation: 'Simulate', asked: hash('sha256', JSON.stringify(request), 'hex') };
  const question = (index: number) => ({
    index: String(index).padStart(12, '0'),
    action: actions[Math.floor(index / resources.length)]!,
    resource: resources[index % resources.length]!,
  });
  // Two long lists make very many questions: only those of the page are ever put.
  const fetch = (after: string, limit: number) => {
    const from = after === '' ? 0 : Number(after) + 1;
    const length = Math.min(limit, actions.length * resources.length - from);
    return Array.from({ length: Math.max(0, length) }, (_one, nth) => question(from + nth));
  };
  const MaxItems = Math.min(most, input.MaxItems ?? 100);
  return iamPage({ ...input, MaxItems }, query, fetch, ({ index }) => index);
}

const NOBODY: PrincipalNames = { own: [], role: [], account: [], service: [] };

function given(texts: readonly string[] | undefined, list: string, type: 'none' | 'resource' = 'none'): Given[] {
  return (texts ?? []).map((document, index) => {
    const id = type === 'resource' ? list : `${list}.${index + 1}`;
    return { id, sourceId: id, type, document };
  });
}

/** @throws InvalidInput */
function bounded(documents: readonly string[]): readonly string[] {
  const length = documents.reduce((sum, { length: one }) => sum + one, 0);
  if (length <= LONGEST_DOCUMENTS) return documents;
  throw iamErrors.invalidInput(
    `The policies are ${length} characters together; ${LONGEST_DOCUMENTS} are simulated at once. Leave some out.`,
  );
}

/** @throws InvalidInput */
function parsed(text: string, kind: PolicyKind): Policy {
  const read = parsePolicy(text, kind);
  if ('policy' in read) return read.policy;
  const [problem] = read.problems;
  throw iamErrors.invalidInput(`The policy is not valid: ${problem?.message} (at ${problem?.path})`);
}

const ready = ({ id, document }: Given, kind: PolicyKind) => compilePolicy(id, parsed(document, kind));

/** @throws InvalidInput: an action is simulated by its whole name */
function actionName(name: string): string {
  if (/^[A-Za-z0-9-]+:[A-Za-z0-9]+$/.test(name)) return name;
  throw iamErrors.invalidInput(`Invalid action name: '${name}'. Name one action of a service, such as s3:GetObject.`);
}

/** What the request says of itself, over what the caller is known by. */
function contextOf({ ContextEntries = [] }: Simulating, caller: SimulatedCaller | undefined): Context {
  const entries = new Map<string, readonly string[]>(
    ContextEntries.map(({ ContextKeyName = '', ContextKeyValues = [] }) => [
      ContextKeyName.toLowerCase(),
      ContextKeyValues,
    ]),
  );
  return (key) => entries.get(key) ?? caller?.context(key);
}

const ownedHere = ({ account }: Parts, owner: string): boolean => owner === account || owner.split(':')[4] === account;
