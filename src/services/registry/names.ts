/** ARNs of groups and packages, and the several ways in which requests name them. */
import { arn, parseArn } from '../../base/arn.ts';

/** Where a request acts. */
export type Place = { account: string; region: string };

export const groupArn = ({ account, region }: Place, name: string): string =>
  arn('sagemaker', region, account, `model-package-group/${name}`);

/** @param version 0 for an unversioned package @example …:model-package/titanic/3 */
export const packageArn = ({ account, region }: Place, name: string, version: number): string =>
  arn('sagemaker', region, account, version > 0 ? `model-package/${name}/${version}` : `model-package/${name}`);

/** The ARN that a group's name or ARN means. */
export const groupArnOf = (place: Place, nameOrArn: string): string =>
  nameOrArn.startsWith('arn:') ? nameOrArn : groupArn(place, nameOrArn);

/** The ARN that a package's name, `group/version` or ARN means. */
export const packageArnOf = (place: Place, nameOrArn: string): string =>
  nameOrArn.startsWith('arn:')
    ? nameOrArn
    : arn('sagemaker', place.region, place.account, `model-package/${nameOrArn}`);

/** `key` is what the store finds it by. */
export type RegistryName =
  | { kind: 'group'; key: { region: string; name: string } }
  | { kind: 'package'; key: { region: string; name: string; version: number } };

/** What an ARN of this account names in the registry; undefined when it is the ARN of something else. */
export function registryName(account: string, text: string): RegistryName | undefined {
  const parsed = parseArn(text);
  if (parsed?.service !== 'sagemaker' || parsed.account !== account) return undefined;
  const { region, resource } = parsed;
  const [, kind, name, version] = /^(model-package-group|model-package)\/([^/]+)(?:\/(\d+))?$/.exec(resource) ?? [];
  if (name === undefined) return undefined;
  if (kind === 'model-package') return { kind: 'package', key: { region, name, version: Number(version ?? 0) } };
  return version === undefined ? { kind: 'group', key: { region, name } } : undefined;
}
