/**
 * Reads IAM policy documents. Pure: text in, a policy or every problem of the text out.
 *
 * P1. A document that is accepted means on AWS what it means here: an element that is not understood is a problem, never
 *     ignored.
 * P2. Every problem is found in one pass, each with its path; its message begins with AWS's own sentence where AWS has one.
 */
import { isObject, onlyMembers, type Report } from './reading.ts';
import { parseStatement } from './statements.ts';
import { POLICY_VERSIONS, type Policy, type PolicyKind, type PolicyProblem, type Statement } from './types.ts';

export type ParsedPolicy = { policy: Policy } | { problems: readonly PolicyProblem[] };

const MEMBERS = ['Version', 'Id', 'Statement'];

/**
 * Parses a policy document.
 *
 * @param text JSON, as the author wrote it
 * @param kind where the document will be used
 * @returns the policy, or at least one problem
 * @example
 * parsePolicy('{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}', 'identity')
 */
export function parsePolicy(text: string, kind: PolicyKind): ParsedPolicy {
  const problems: PolicyProblem[] = [];
  const report: Report = (path, message) => void problems.push({ path, message });
  const json = parseJson(text, kind, report);
  const policy = json === undefined ? undefined : document(json, kind, report);
  return policy && problems.length === 0 ? { policy } : { problems };
}

/** One line that names every problem: the first in AWS's words, each with its place. */
export function describeProblems(problems: readonly PolicyProblem[]): string {
  return problems.map(({ path, message }) => `${message} (at ${path})`).join('; ');
}

function parseJson(text: string, kind: PolicyKind, report: Report): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const sentence = kind === 'trust' ? 'This policy contains invalid Json' : 'Syntax errors in policy.';
    report('$', `${sentence} ${(error as Error).message}`);
    return undefined;
  }
}

function document(json: unknown, kind: PolicyKind, report: Report): Policy | undefined {
  if (!isObject(json)) {
    report('$', 'Syntax errors in policy. The document must be a JSON object');
    return undefined;
  }
  onlyMembers(json, MEMBERS, '$', report);
  const version = documentVersion(json['Version'], kind, report);
  const id = json['Id'];
  if (id !== undefined && typeof id !== 'string') report('$.Id', 'Syntax errors in policy. Id must be a string');
  return {
    version,
    id: typeof id === 'string' ? id : undefined,
    statements: allStatements(json['Statement'], kind, report),
  };
}

function documentVersion(version: unknown, kind: PolicyKind, report: Report): Policy['version'] {
  // Documents from before 2012 lack policy variables: AWS still takes them where it did then, not for identities.
  const given = version ?? '2008-10-17';
  const known = POLICY_VERSIONS.find((one) => one === given);
  if (!known) report('$.Version', `Syntax errors in policy. Version must be one of ${POLICY_VERSIONS.join(', ')}`);
  else if (kind === 'identity' && known !== '2012-10-17') {
    report('$.Version', 'Policy document must be version 2012-10-17 or greater.');
  }
  return known ?? '2012-10-17';
}

function allStatements(json: unknown, kind: PolicyKind, report: Report): Statement[] {
  const list = Array.isArray(json) ? json : [json];
  if (json === undefined || list.length === 0) {
    report('$.Statement', 'Syntax errors in policy. At least one statement is required');
    return [];
  }
  const seen = new Set<string>();
  const statements: Statement[] = [];
  list.forEach((item, index) => {
    const path = `$.Statement[${index}]`;
    const statement = parseStatement(item, kind, path, report);
    if (!statement) return;
    if (statement.sid !== undefined && seen.has(statement.sid)) {
      report(`${path}.Sid`, `Statement IDs (SID) in a single policy must be unique. '${statement.sid}' is used twice`);
    }
    if (statement.sid !== undefined) seen.add(statement.sid);
    statements.push(statement);
  });
  return statements;
}
