/**
 * The environment a job starts with: what its image says, what the machine must pass on, what the job was given.
 *
 * E1. Nothing of the server's own environment reaches a job, except the names listed here: a server started with
 *     AWS_SECRET_ACCESS_KEY in its environment does not hand it on.
 */

/** Language, time zone, and the way to package registries: proxies, certificates, pip's own settings. */
const PASSED_ON = [
  /^(LANG|LC_[A-Z]+|TZ)$/,
  /^(https?|no|all|ftp)_proxy$/i,
  /^(SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|AWS_CA_BUNDLE|NODE_EXTRA_CA_CERTS)$/,
  /^PIP_[A-Z_]+$/,
];

/** The variables of the server's environment that jobs and image builds may see. */
export function passedOn(server: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(server)) {
    if (value !== undefined && PASSED_ON.some((pattern) => pattern.test(name))) kept[name] = value;
  }
  return kept;
}

const LOOPBACK = 'localhost,127.0.0.1,::1';

/**
 * The server's proxies, as far as the job names none: in small letters and in capitals they are the same to clients, which would
 * take the one or the other. Telar itself is on the loopback: no proxy may stand between it and a job.
 */
function aroundProxies(passed: Record<string, string>, own: Readonly<Record<string, string>>): Record<string, string> {
  const named = new Map(Object.entries(own).map(([name, value]) => [name.toLowerCase(), value]));
  const kept = Object.entries(passed).filter(([name]) => !isProxy(name) || !named.has(name.toLowerCase()));
  if (!kept.some(([name]) => isProxy(name))) return Object.fromEntries(kept);
  const given = named.get('no_proxy') ?? passed['no_proxy'] ?? passed['NO_PROXY'];
  const value = given ? `${given},${LOOPBACK}` : LOOPBACK;
  return { ...Object.fromEntries(kept), no_proxy: value, NO_PROXY: value };
}

const isProxy = (name: string) => /_proxy$/i.test(name);

/**
 * @param path the image's own folders, which come before the system's
 * @param own wins over everything else, as `docker run --env` does
 */
export function jobEnvironment(options: {
  server: Readonly<Record<string, string | undefined>>;
  path: readonly string[];
  home: string;
  tmp: string;
  image: Readonly<Record<string, string>>;
  own: Readonly<Record<string, string>>;
}): Record<string, string> {
  const { server, path, home, tmp, image, own } = options;
  return {
    LANG: 'C.UTF-8',
    ...aroundProxies(passedOn(server), own),
    PATH: [...path, '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':'),
    HOME: home,
    TMPDIR: tmp,
    ...image,
    ...own,
  };
}
