/**
 * The proxy variables: all https goes to the server's proxy, and from there as it would have gone without it.
 *
 * Y1. A proxy that the user has is not gone around: tunnels go through it, unless the user's NO_PROXY is for all hosts.
 * Y2. What NO_PROXY names goes past the proxy, except hosts of AWS: those must not be reached.
 */
import { INTERCEPTED_DOMAIN } from './certificates.ts';
import { type Key, passFor, rememberUpstream, type Way } from './pass.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** How other hosts than AWS's are reached, and which go past the proxy. */
export type Route = { way: Way; around: readonly string[] };

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/**
 * @param options.url the server's
 * @param options.folder the proxy's, in the data folder
 * @param options.before the environment as it would be without Telar
 * @returns a sentence where the user's own proxy is of a kind that tunnels cannot go through
 */
export function routeOf(options: {
  url: string;
  folder: string;
  offline: boolean;
  before: Environment;
}): Route | { unsupported: string } {
  const { url, folder, offline, before } = options;
  // Offline, the names that NO_PROXY holds are not to be reached either, and nobody else's proxy is asked.
  if (offline) return { way: 'offline', around: [] };
  const passed = listed(before['no_proxy'] ?? before['NO_PROXY']);
  const around = passed.filter((entry) => entry !== '*' && !coversAws(entry));
  const named = passed.includes('*') ? undefined : upstreamIn(before);
  if (named !== undefined && 'unsupported' in named) return named;
  // The server's own proxy, set by other means than these, is none to go through.
  const upstream = named?.host === new URL(url).host ? undefined : named;
  return { way: upstream ? { upstream: rememberUpstream(folder, upstream.href) } : 'direct', around };
}

/** @param key whose pass it is */
export function proxyVariables(url: string, key: Key, { way, around }: Route): Record<string, string> {
  const proxy = new URL(url);
  Object.assign(proxy, passFor(key, way));
  const address = proxy.href.replace(/\/$/, '');
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

function upstreamIn(before: Environment): URL | { unsupported: string } | undefined {
  const name = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].find((one) => before[one]);
  if (name === undefined) return undefined;
  const text = before[name]!;
  const address = text.includes('://') ? text : `http://${text}`;
  if (URL.canParse(address) && /^https?:/.test(address)) return new URL(address);
  return {
    unsupported: `${name} names ${hidden(address)}, and Telar reaches other hosts through http and https proxies only.`,
  };
}

/** Without its password, which may hold more of the signs that end it. */
const hidden = (address: string) => address.replace(/\/\/.*@/, '//');
