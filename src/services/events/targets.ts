/**
 * The targets of rules: put, removed, listed. A request is taken target by target: what is refused of one does not keep the others out.
 */
import { parseArn } from '../../base/arn.ts';
import { inputProblem } from '../../definition/targets/input.ts';
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import type { Sdk, Target } from './context.ts';
import { eventErrors } from './errors.ts';
import { DEFAULT_PAGE, MOST_TARGETS } from './legal.ts';
import { ruleArn } from './names.ts';
import { type RuleParts, removeTarget, requireRole, requireRule } from './rules.ts';
import type { RuleRow, TargetRow } from './store.ts';

/** Members of a target for services that Telar does not have. */
const UNSERVED = [
  ...(['KinesisParameters', 'RunCommandParameters', 'EcsParameters', 'BatchParameters'] as const),
  ...(['HttpParameters', 'RedshiftDataParameters', 'AppSyncParameters'] as const),
];
/** What EventBridge calls as a role, and never as itself. */
const NEEDS_ROLE: ReadonlySet<string> = new Set(['states', 'sagemaker']);

export function putTargets(
  parts: RuleParts,
  input: InputOf<Sdk, 'PutTargets'>,
  call: Call,
): OutputOf<Sdk, 'PutTargets'> {
  const rule = requireRule(parts, call, input.EventBusName, input.Rule!);
  const targets = input.Targets!;
  const arn = ruleArn(call, rule.bus, rule.name);
  const ids = targets.map(({ Id }) => Id!);
  for (const [at, id] of ids.entries()) if (ids.indexOf(id) !== at) throw eventErrors.targetTwice(id);
  const refused: Failed[] = [];
  for (const target of targets) {
    const failure = problemOf(parts, target, rule, call);
    if (failure) refused.push({ TargetId: target.Id, ...failure });
    else {
      requireRole(parts, target.RoleArn, arn);
      parts.db.putTarget({ rule: rule.id, id: target.Id!, arn: target.Arn!, target: JSON.stringify(target) });
    }
  }
  if (parts.db.targetCount({ rule: rule.id })!.count > MOST_TARGETS) throw eventErrors.tooManyTargets(MOST_TARGETS);
  return { FailedEntryCount: refused.length, FailedEntries: refused };
}

type Failed = { TargetId: string | undefined; ErrorCode: string; ErrorMessage: string };
type Failure = Omit<Failed, 'TargetId'>;

const invalid = (ErrorMessage: string): Failure => ({ ErrorCode: 'ValidationException', ErrorMessage });

function problemOf({ ports }: RuleParts, target: Target, rule: RuleRow, call: Call): Failure | undefined {
  const { Id: id, Arn: text = '' } = target;
  const arn = parseArn(text);
  if (!arn) return invalid(`Parameter ${text} is not valid. Reason: Provided Arn is not in correct format.`);
  const unserved = UNSERVED.find((member) => target[member] !== undefined);
  if (unserved) return invalid(`Telar has nothing that ${unserved} of target ${id} could be for.`);
  if (!ports.canBeSentTo(text)) return invalid(`Telar does not serve targets like ${text}, that of target ${id}.`);
  if (arn.account !== call.account || arn.region !== rule.region) {
    return invalid(`Target ${id} is of another account or region than its rule, which Telar does not serve: ${text}.`);
  }
  const fifo = target.SqsParameters?.MessageGroupId !== undefined;
  if (fifo && arn.service !== 'sqs') return invalid(`Parameter(s) SqsParameters not valid for target ${id}.`);
  if (!fifo && arn.service === 'sqs' && text.endsWith('.fifo')) {
    return invalid(`Parameter(s) SqsParameters must be specified for target: ${id}.`);
  }
  const dead = target.DeadLetterConfig?.Arn;
  if (dead !== undefined && (!/^arn:aws:sqs:/.test(dead) || dead.endsWith('.fifo'))) {
    return invalid(
      `Parameter DeadLetterConfig.Arn of target ${id} is not valid. Reason: ${dead} is no standard queue.`,
    );
  }
  const role = target.RoleArn ?? rule.role_arn;
  if (NEEDS_ROLE.has(arn.service) && role === null) return invalid(`RoleArn is required for target ${text}.`);
  const problem = inputProblem(target);
  return problem === undefined ? undefined : invalid(problem);
}

export function removeTargets(
  parts: RuleParts,
  input: InputOf<Sdk, 'RemoveTargets'>,
  call: Call,
): OutputOf<Sdk, 'RemoveTargets'> {
  const rule = requireRule(parts, call, input.EventBusName, input.Rule!);
  for (const id of input.Ids!) removeTarget(parts, rule, id);
  return { FailedEntryCount: 0, FailedEntries: [] };
}

export function listTargets(
  parts: RuleParts,
  { Rule, EventBusName, NextToken, Limit }: InputOf<Sdk, 'ListTargetsByRule'>,
  call: Call,
): OutputOf<Sdk, 'ListTargetsByRule'> {
  const { id: rule } = requireRule(parts, call, EventBusName, Rule!);
  const { items, next } = pageOf<TargetRow>(
    { query: { operation: 'ListTargetsByRule', rule }, token: NextToken, limit: Limit || DEFAULT_PAGE },
    (position, limit) => parts.db.targets({ rule, after: String(position?.[0] ?? ''), limit }),
    ({ id }) => [id],
    eventErrors.token,
  );
  return {
    Targets: items.map(({ target }) => JSON.parse(target) as Target),
    ...(next !== undefined && { NextToken: next }),
  };
}
