/**
 * What sends a job's HTTPS clients to a proxy, where the job has a network: variables, and the certificates that they name.
 *
 * X1. What the job was given itself wins, whichever way its client would choose between the two: names of proxies are one name
 *     in capitals and in small letters, and a bundle that a client would take in the absence of another is not taken from it.
 * X2. The certificates are one folder for all jobs, bound into each: nothing is copied, and a folder that is written anew is seen.
 */
export type Trust = {
  folder: string;
  /** Variable → name of a file in the folder. */
  files: Readonly<Record<string, string>>;
};

/** Where jobs of Telar's images find the folder: a mount of the image, below /opt/telar. */
export const TRUST_MOUNT = 'trust';
/** Where jobs of the user's images do: below the only folder that is theirs alone. */
export const TRUST_IN_CONTAINER = '/tmp/.telar/trust';

type Variables = Readonly<Record<string, string>>;

/** A job, as far as it concerns this. */
type Reaching = { proxy?: Variables; networkIsolation: boolean };

/** Those of the job's own beside which one is not set. */
const YIELDS: Variables = { REQUESTS_CA_BUNDLE: 'CURL_CA_BUNDLE', CURL_CA_BUNDLE: 'SSL_CERT_FILE' };

/**
 * @param at where the job sees the folder
 * @param own what the job, or its image, was given
 * @returns what is to be set beside it
 */
export function proxied(spec: Reaching, trust: Trust | undefined, at: string, own: Variables): Record<string, string> {
  if (!trust || !spec.proxy || spec.networkIsolation) return {};
  const given = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const names = given.has('https_proxy') || given.has('all_proxy') ? [] : Object.entries(spec.proxy);
  const bundles = Object.entries(trustedAt(trust, at)).filter(([name]) => !(name in own) && !(YIELDS[name]! in own));
  return {
    ...Object.fromEntries(names.filter(([name]) => !given.has(name.toLowerCase()))),
    ...Object.fromEntries(bundles),
  };
}

/** The variables that name certificates. */
export function trustedAt({ files }: Trust, at: string): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [name, `${at}/${file}`]));
}
