/** `telar env`: what any AWS client needs to reach the server, as shell commands. */
import { connect } from '../connection.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../errors.ts';

/** Would win over the keys and the address that are set. */
const UNSET = ['AWS_PROFILE', 'AWS_SESSION_TOKEN'];

export function env(context: Context): ExitStatus {
  const { out } = context;
  const { url, region, credentials } = connect(context);
  const variables: Record<string, string> = {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken && { AWS_SESSION_TOKEN: credentials.sessionToken }),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  };
  const unset = UNSET.filter((name) => !(name in variables));
  out.line(`unset ${unset.join(' ')}`);
  for (const [name, value] of Object.entries(variables)) out.line(`export ${name}=${quoted(value)}`);
  out.result(variables);
  return 0;
}

/** As every POSIX shell reads it. @example quoted("it's") === `'it'\\''s'` */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
