/** Targets of schedules, for people. */

/** The end of an ARN that people know a target by: `stateMachine:training`, `pipeline/titanic`, `sqs:sendMessage`. */
export function targetName(arn: string): string {
  const universal = /:aws-sdk:(.+)$/.exec(arn);
  if (universal) return universal[1]!;
  const [, , service, , , ...resource] = arn.split(':');
  const name = resource.join(':');
  return /^[^:/]+$/.test(name) ? `${service}:${name}` : name;
}
