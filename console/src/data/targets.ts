/** What schedules, rules and subscriptions lead to, as people know it: what kind of thing an ARN names, its name, its page. */
import { hrefOf } from './links.ts';

export type TargetKind =
  | 'State machine'
  | 'Pipeline'
  | 'Function'
  | 'Queue'
  | 'Topic'
  | 'Event bus'
  | 'Log group'
  | 'Operation'
  | 'Other';

export type Target = { kind: TargetKind; name: string; href: string | undefined };

const KINDS: readonly [pattern: RegExp, kind: TargetKind][] = [
  [/:states:[^:]*:\d*:stateMachine:(.+)$/, 'State machine'],
  [/:sagemaker:[^:]*:\d*:pipeline\/(.+)$/, 'Pipeline'],
  [/:lambda:[^:]*:\d*:function:(.+)$/, 'Function'],
  [/:sqs:[^:]*:\d*:(.+)$/, 'Queue'],
  [/:sns:[^:]*:\d*:([^:]+)$/, 'Topic'],
  [/:events:[^:]*:\d*:event-bus\/(.+)$/, 'Event bus'],
  [/:logs:[^:]*:\d*:log-group:([^:]+)(?::\*)?$/, 'Log group'],
  [/:scheduler:::aws-sdk:(.+)$/, 'Operation'],
];

/**
 * @example targetOf('arn:aws:lambda:us-east-1:000000000000:function:score:live')
 *   // { kind: 'Function', name: 'score:live', href: '/console/functions/score' }
 */
export function targetOf(arn: string): Target {
  const href = hrefOf(arn);
  for (const [pattern, kind] of KINDS) {
    const name = pattern.exec(arn)?.[1];
    if (name !== undefined) return { kind, name, href };
  }
  return { kind: 'Other', name: arn, href };
}
