/** Reads one statement of a policy document: its effect, whom and what it is about, and under which conditions. */
import { parseConditions } from './conditions.ts';
import { isObject, onlyMembers, type Report, strings } from './reading.ts';
import {
  EFFECTS,
  type Match,
  type PolicyKind,
  PRINCIPAL_TYPES,
  type Principals,
  type PrincipalType,
  type Statement,
} from './types.ts';

const MEMBERS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

/** The actions that a trust policy may speak of; wildcards over them are legal too. */
const TRUST_ACTIONS =
  /^sts:(\*|(AssumeRole|AssumeRoleWithSAML|AssumeRoleWithWebIdentity|TagSession|SetSourceIdentity|SetContext|AssumeRole\*|Assume\*))$/i;
const ACTION = /^(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/;
const RESOURCE = /^(\*|arn:[^:]+:[^:]*:[^:]*:[^:]*:.+)$/s;
const SID = /^[0-9A-Za-z]*$/;

/** Undefined when the statement is not even an object; otherwise a statement, whole only if nothing was reported. */
export function parseStatement(json: unknown, kind: PolicyKind, path: string, report: Report): Statement | undefined {
  if (!isObject(json)) {
    report(path, 'Syntax errors in policy. A statement must be a JSON object');
    return undefined;
  }
  onlyMembers(json, MEMBERS, path, report);
  const effect = EFFECTS.find((one) => one === json['Effect']);
  if (!effect) report(`${path}.Effect`, `Syntax errors in policy. Effect must be one of ${EFFECTS.join(', ')}`);
  return {
    sid: sidOf(json['Sid'], kind, path, report),
    effect: effect ?? 'Deny',
    principals: principalsOf(json, kind, path, report),
    actions: actionsOf(json, kind, path, report),
    resources: resourcesOf(json, kind, path, report),
    conditions: parseConditions(json['Condition'], `${path}.Condition`, report),
  };
}

function sidOf(sid: unknown, kind: PolicyKind, path: string, report: Report): string | undefined {
  if (sid === undefined) return undefined;
  if (typeof sid !== 'string') {
    report(`${path}.Sid`, 'Syntax errors in policy. Sid must be a string');
    return undefined;
  }
  // Only IAM's own policies are held to this; S3 and others take any text.
  if (kind !== 'resource' && !SID.test(sid)) {
    report(
      `${path}.Sid`,
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    );
  }
  return sid;
}

/** An element or its negation, of which one at most may stand. */
function either(json: Record<string, unknown>, name: string, path: string, report: Report) {
  const negation = `Not${name}`;
  if (json[name] !== undefined && json[negation] !== undefined) {
    report(path, `Syntax errors in policy. A statement may have ${name} or ${negation}, not both`);
  }
  if (json[name] !== undefined) return { value: json[name], path: `${path}.${name}`, negated: false };
  if (json[negation] !== undefined) return { value: json[negation], path: `${path}.${negation}`, negated: true };
  return undefined;
}

function actionsOf(
  json: Record<string, unknown>,
  kind: PolicyKind,
  path: string,
  report: Report,
): Statement['actions'] {
  const found = either(json, 'Action', path, report);
  if (!found) {
    report(path, 'Policy statement must contain actions.');
    return { negated: false, of: [] };
  }
  const of = strings(found.value, found.path, report) ?? [];
  for (const action of of) {
    if (!ACTION.test(action)) {
      report(
        found.path,
        `Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. '${action}' is not`,
      );
    } else if (kind === 'trust' && !TRUST_ACTIONS.test(action)) {
      report(found.path, `AssumeRole policy may only specify STS AssumeRole actions. '${action}' is not one`);
    }
  }
  return { negated: found.negated, of };
}

function resourcesOf(
  json: Record<string, unknown>,
  kind: PolicyKind,
  path: string,
  report: Report,
): Statement['resources'] {
  const found = either(json, 'Resource', path, report);
  if (kind === 'trust') {
    if (found) report(found.path, 'Has prohibited field Resource');
    return undefined;
  }
  if (!found) {
    report(path, 'Policy statement must contain resources.');
    return undefined;
  }
  const of = strings(found.value, found.path, report) ?? [];
  for (const resource of of) {
    if (!RESOURCE.test(resource)) report(found.path, `Resource ${resource} must be in ARN format or "*".`);
  }
  return { negated: found.negated, of };
}

function principalsOf(
  json: Record<string, unknown>,
  kind: PolicyKind,
  path: string,
  report: Report,
): Match<Principals> | undefined {
  const found = either(json, 'Principal', path, report);
  if (kind === 'identity') {
    if (found) report(found.path, 'Policy document should not specify a principal.');
    return undefined;
  }
  if (!found) {
    report(path, 'Missing required field Principal');
    return undefined;
  }
  return { negated: found.negated, of: principals(found.value, found.path, report) };
}

function principals(json: unknown, path: string, report: Report): Principals {
  if (json === '*') return { AWS: ['*'] };
  if (!isObject(json) || Object.keys(json).length === 0) {
    report(path, `Syntax errors in policy. A principal is "*" or an object of ${PRINCIPAL_TYPES.join(', ')}`);
    return {};
  }
  onlyMembers(json, PRINCIPAL_TYPES, path, report);
  const result: Partial<Record<PrincipalType, readonly string[]>> = {};
  for (const type of PRINCIPAL_TYPES) {
    if (json[type] === undefined) continue;
    const names = strings(json[type], `${path}.${type}`, report) ?? [];
    result[type] = names;
    for (const name of names) {
      if (!PRINCIPAL[type].test(name)) {
        report(`${path}.${type}`, `Invalid principal in policy: "${type}":"${name}"`);
      }
    }
  }
  return result;
}

/** What may name a principal of each type. A wildcard inside a name is legal nowhere: only `*` alone is. */
const PRINCIPAL: Record<PrincipalType, RegExp> = {
  AWS: /^(\*|\d{12}|A[A-Z0-9]{15,30}|arn:[a-z-]+:(iam|sts)::\d{12}:(root|(user|role|assumed-role|federated-user)\/[^*?]+))$/,
  Service: /^[a-z0-9.-]+\.(amazonaws\.com|amazonaws\.com\.cn|amazon\.com|aws\.internal)$/,
  Federated: /^[^*?]+$/,
  CanonicalUser: /^[0-9a-f]{64}$/,
};
