/**
 * The variables with which AWS clients reach a server and nothing else of AWS: pure.
 *
 * V1. Whatever would lead a client elsewhere is taken out: other endpoints, other keys, other profiles.
 */
import type { Environment } from '../../server/proxy/variables.ts';
import type { Credentials } from '../connection.ts';
import type { Changes } from './before.ts';
import type { ProfileFiles } from './profiles.ts';

/** Would win over what is set, or make clients refuse it. */
const MISLEADING = [
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_ROLE_ARN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
];
const ENDPOINT_OF_A_SERVICE = /^AWS_ENDPOINT_URL_/;

export type Reach = {
  url: string;
  region: string;
  credentials: Credentials;
  /** Instead of keys in the environment: a profile that has them. */
  profile?: ProfileFiles;
};

/** @param before the environment as it would be without Telar */
export function awsVariables({ url, region, credentials, profile }: Reach, before: Environment): Changes {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const misleading = [...MISLEADING, ...Object.keys(before).filter((name) => ENDPOINT_OF_A_SERVICE.test(name))];
  const none = Object.fromEntries(misleading.map((name) => [name, undefined]));
  const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  const held: Changes = profile
    ? {
        ...{ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
        ...{ AWS_PROFILE: profile.name, AWS_CONFIG_FILE: profile.config },
        AWS_SHARED_CREDENTIALS_FILE: profile.credentials,
      }
    : { ...keys, ...(sessionToken && { AWS_SESSION_TOKEN: sessionToken }) };
  return {
    ...none,
    AWS_ENDPOINT_URL: url,
    ...held,
    ...{ AWS_REGION: region, AWS_DEFAULT_REGION: region },
    // A cloud machine's own role must not step in where a script clears the keys.
    AWS_EC2_METADATA_DISABLED: 'true',
    // Of some operations clients put a prefix before the host (StartSyncExecution: sync-), which no address has.
    AWS_DISABLE_HOST_PREFIX_INJECTION: 'true',
  };
}
