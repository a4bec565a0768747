/** Users and roles as people name them on a command line. */
import { arn } from '../../base/arn.ts';
import type { Clients } from '../aws.ts';
import { misuse } from '../errors.ts';

/**
 * The ARN of a principal: given whole, as `user/NAME` or `role/NAME` with its path, or by a bare name, which is a user's.
 *
 * @example principalArn(on, 'role/titanic-pipeline-role')
 */
export async function principalArn({ telar }: Clients, meant: string): Promise<string> {
  if (meant.startsWith('arn:')) return meant;
  const named = /^(?:(user|role)\/)?(.+)$/.exec(meant);
  if (!named || /\s/.test(meant)) {
    throw misuse(`'${meant}' is no principal: write an ARN, user/NAME or role/NAME.`);
  }
  const { Account } = await telar('DescribeServer', {});
  return arn('iam', '', Account, `${named[1] ?? 'user'}/${named[2]}`);
}

/** `key=value`, several of one key making a list. @throws Misuse */
export function contextOf(given: readonly string[]): Record<string, string[]> {
  const context: Record<string, string[]> = {};
  for (const entry of given) {
    const [, key, value] = /^([^=\s]+:[^=]+)=(.*)$/s.exec(entry) ?? [];
    if (key === undefined) throw misuse(`--context takes key=value, such as aws:RequestTag/team=red, not '${entry}'.`);
    context[key] = [...(context[key] ?? []), value!];
  }
  return context;
}
