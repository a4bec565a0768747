/** `telar policy explain`: whether someone may do something, and which statement of which policy decides it. */
import type { ExplainedStatement } from '../../services/telar/index.ts';
import { adviceFor, nearMisses, statementName } from '../access/advice.ts';
import { contextOf, principalArn } from '../access/principals.ts';
import type { Context } from '../context.ts';
import { type ExitStatus, misuse } from '../errors.ts';
import { clients } from './shared.ts';

export async function explain(
  context: Context,
  principal: string,
  action: string,
  resource: string | undefined,
  options: { context?: string[] },
): Promise<ExitStatus> {
  const { out } = context;
  const { accent, bad, bold, dim, symbols } = out.style;
  if (!/^[A-Za-z0-9-]+:[A-Za-z0-9]+$/.test(action)) {
    throw misuse(`'${action}' is no action: name one of a service, such as s3:GetObject.`);
  }
  const on = clients(context);
  const Resource = resource ?? '*';
  const explained = await on.telar('ExplainAccess', {
    PrincipalArn: await principalArn(on, principal),
    Action: action,
    Resource,
    Context: contextOf(options.context ?? []),
  });
  const { PrincipalArn, Decision, Reason, DecidedBy } = explained;
  const allowed = Decision === 'allowed';
  out.line(
    `${allowed ? accent(`${symbols.done} allowed`) : bad(`${symbols.failed} denied`)}: ${bold(action)} on ${Resource}`,
  );
  out.line(dim(`  for ${PrincipalArn}`));
  if (Reason) out.paragraph(Reason, '  ');
  if (DecidedBy) out.paragraph(`decided by ${statementName(DecidedBy)} of ${DecidedBy.Policy}`, '  ');
  const near = Decision === 'implicitDeny' ? nearMisses(explained) : [];
  if (near.length > 0) {
    out.line();
    out.line(bold('What nearly applied'));
    for (const one of near) out.paragraph(`${symbols.dot} ${missed(one)}`, '  ');
  }
  const advice = adviceFor(explained, action, Resource);
  if (advice) {
    out.line();
    out.paragraph(advice.text);
    if (advice.statement) out.line(`  ${JSON.stringify(advice.statement)}`);
  }
  out.result({
    principalArn: PrincipalArn,
    action,
    resource: Resource,
    decision: Decision,
    reason: Reason ?? null,
    decidedBy: DecidedBy ? record(DecidedBy) : null,
    nearMisses: near.map(record),
    advice: advice ? { text: advice.text, statement: advice.statement ?? null } : null,
  });
  return 0;
}

function missed(one: ExplainedStatement): string {
  const why = one.Misses.map(({ Text }) => Text).join('; ');
  return `${one.Effect} in ${statementName(one)} of ${one.Policy}: ${why}`;
}

function record({ Layer, Policy, Statement, Sid, Effect, Misses }: ExplainedStatement) {
  return {
    layer: Layer,
    policy: Policy,
    statement: Statement,
    sid: Sid ?? null,
    effect: Effect,
    misses: Misses.map(({ Part, Text }) => ({ part: Part, text: Text })),
  };
}
