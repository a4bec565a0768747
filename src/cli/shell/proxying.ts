/**
 * The proxy variables: all https goes to the server's proxy, and from there as it would have gone without it.
 *
 * Y1. A proxy that the user has is not gone around: tunnels go through it, unless the user's NO_PROXY is for all hosts.
 * Y2. What NO_PROXY names goes past the proxy, except hosts of AWS: those must not be reached.
 */
import { INTERCEPTED_DOMAIN } from '../../server/proxy/certificates.ts';
import { passFor, rememberUpstream, type Way } from '../../server/proxy/pass.ts';
import type { Credentials } from '../connection.ts';
import { failure } from '../errors.ts';
import type { Environment } from './before.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/**
 * @param options.folder the proxy's, in the data folder
 * @param options.before the environment as it would be without Telar
 */
export function proxyVariables(options: {
  url: string;
  credentials: Credentials;
  folder: string;
  offline: boolean;
  before: Environment;
}): Record<string, string> {
  const { url, credentials, folder, offline, before } = options;
  const passed = listed(before['no_proxy'] ?? before['NO_PROXY']);
  const named = passed.includes('*') ? undefined : upstreamIn(before);
  // The server's own proxy, set by other means than these, is none to go through.
  const upstream = named?.host === new URL(url).host ? undefined : named;
  const way: Way = offline ? 'offline' : upstream ? { upstream: rememberUpstream(folder, upstream.href) } : 'direct';
  const proxy = new URL(url);
  Object.assign(proxy, passFor(credentials, way));
  const address = proxy.href.replace(/\/$/, '');
  // Offline, the names that NO_PROXY holds are not to be reached either.
  const around = offline ? [] : passed.filter((entry) => entry !== '*' && !coversAws(entry));
  const noProxy = [...new Set([...around, ...LOOPBACK])].join(',');
  return { HTTPS_PROXY: address, https_proxy: address, NO_PROXY: noProxy, no_proxy: noProxy };
}

const listed = (text = '') =>
  text
    .split(/[\s,]+/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

/** @example coversAws('.amazonaws.com') === true */
function coversAws(entry: string): boolean {
  const name = entry
    .toLowerCase()
    .replace(/^\*?\.?/, '')
    .replace(/:\d+$/, '');
  return (
    name === INTERCEPTED_DOMAIN || name.endsWith(`.${INTERCEPTED_DOMAIN}`) || INTERCEPTED_DOMAIN.endsWith(`.${name}`)
  );
}

/** @throws ProxyNotSupported */
function upstreamIn(before: Environment): URL | undefined {
  const name = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].find((one) => before[one]);
  if (name === undefined) return undefined;
  const text = before[name]!;
  const address = text.includes('://') ? text : `http://${text}`;
  if (URL.canParse(address) && /^https?:/.test(address)) return new URL(address);
  throw failure(
    'ProxyNotSupported',
    `${name} names ${hidden(address)}, and Telar reaches other hosts through http and https proxies only. Name one of these, or add --offline (no other hosts) or --no-proxy (no proxy of Telar's: what asks AWS's own addresses is not answered by Telar then).`,
  );
}

/** Without its password. */
const hidden = (address: string) => address.replace(/\/\/[^@/]*@/, '//');
