/**
 * References to images of registries, as Docker writes them: `host[:port]/repository[:tag][@digest]`.
 *
 * R1. Two spellings of the same reference have the same `canonical` text, which is what an image is kept under.
 */

export type Reference = {
  /** With the tag or digest spelt out: `example.com/tools/fit:latest`. */
  canonical: string;
  /** `example.com:5000`; undefined where none is written. */
  host: string | undefined;
  /** What a registry is asked for: `tools/fit`. */
  repository: string;
  tag: string | undefined;
  /** `sha256:…` */
  digest: string | undefined;
};

export const DIGEST = /^sha256:[0-9a-f]{64}$/;
const HOST = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?$/;
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const LONGEST = 512;

/**
 * @returns undefined when the text is no reference
 * @example parseReference('example.com:5000/tools/fit')!.canonical // 'example.com:5000/tools/fit:latest'
 */
export function parseReference(text: string): Reference | undefined {
  if (text.length > LONGEST) return undefined;
  const [named = '', digest, more] = text.split('@');
  if (more !== undefined || (digest !== undefined && !DIGEST.test(digest))) return undefined;
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const name = tagged ? named.slice(0, colon) : named;
  const given = tagged ? named.slice(colon + 1) : undefined;
  if (given !== undefined && !TAG.test(given)) return undefined;
  const [first = '', ...rest] = name.split('/');
  const hosted = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const host = hosted ? first.toLowerCase() : undefined;
  const repository = hosted ? rest.join('/') : name;
  if ((host !== undefined && !HOST.test(host)) || !REPOSITORY.test(repository)) return undefined;
  const tag = given ?? (digest === undefined ? 'latest' : undefined);
  const place = host === undefined ? repository : `${host}/${repository}`;
  const canonical = `${place}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
  return { canonical, host, repository, tag, digest };
}

const DOCKER_HUB = { names: ['docker.io', 'index.docker.io'], host: 'registry-1.docker.io' };

/** Where a reference is fetched from. One without a host means Docker's own registry, as everywhere. */
export function registryPlace({ host, repository }: Reference): { host: string; repository: string } {
  if (host !== undefined && !DOCKER_HUB.names.includes(host)) return { host, repository };
  return { host: DOCKER_HUB.host, repository: repository.includes('/') ? repository : `library/${repository}` };
}
