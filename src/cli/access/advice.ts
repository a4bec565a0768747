/** What would make a refused request allowed: pure. */
import type { AccessExplanation, ExplainedStatement } from '../../services/telar/index.ts';

/** Allows that nearly applied: those about the action first, then by how little was missing. */
export function nearMisses({ Statements }: AccessExplanation, most = 4): ExplainedStatement[] {
  const distance = ({ Misses }: ExplainedStatement) =>
    Misses.length + (Misses.some(({ Part }) => Part === 'action') ? 2 : 0);
  return Statements.filter((one) => one.Effect === 'Allow' && isNear(one))
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, most);
}

function isNear({ Misses }: ExplainedStatement): boolean {
  if (Misses.length === 0 || Misses.some(({ Part }) => Part === 'service')) return false;
  return Misses.length === 1 || Misses.every(({ Part }) => Part !== 'action');
}

export type Advice = {
  /** A sentence. */
  text: string;
  /** The statement to add, where one is lacking. */
  statement: object | undefined;
};

/** Undefined when it is allowed. */
export function adviceFor(explained: AccessExplanation, action: string, resource: string): Advice | undefined {
  const { Decision, Layer, DecidedBy, PrincipalArn } = explained;
  if (Decision === 'allowed') return undefined;
  if (Decision === 'explicitDeny' && DecidedBy) {
    const text = `An Allow cannot help: an explicit deny wins. Change ${statementName(DecidedBy)} of ${DecidedBy.Policy}, or take it away.`;
    return { text, statement: undefined };
  }
  const statement = { Effect: 'Allow', Action: action, Resource: resource };
  const principal = PrincipalArn.slice(PrincipalArn.lastIndexOf(':') + 1);
  switch (Layer) {
    case 'identity':
      return { text: `Add to a policy of ${principal}:`, statement };
    case 'boundary':
      return {
        text: `A policy allows it, the permissions boundary of ${principal} does not. Add to the boundary:`,
        statement,
      };
    case 'session':
      return { text: 'The session was opened with policies that leave it out. Open it with one that has:', statement };
    case 'resource':
      return {
        text: `The trust policy of ${resource} does not let ${principal} in. Add to it:`,
        statement: { Effect: 'Allow', Principal: { AWS: PrincipalArn }, Action: action },
      };
  }
}

/** @example 'statement 2 (ReadObjects)' */
export function statementName({ Statement, Sid }: ExplainedStatement): string {
  return `statement ${Statement}${Sid === undefined ? '' : ` (${Sid})`}`;
}
