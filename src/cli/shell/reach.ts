/** All that `telar env` and `telar shell` change in an environment, for the server that runs and the options given. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { authorityCertificate } from '../../server/proxy/authority.ts';
import { trustVariables } from '../../server/proxy/trust.ts';
import { type Environment, proxyVariables, routeOf } from '../../server/proxy/variables.ts';
import { clientsOf } from '../aws.ts';
import { type Connection, type Credentials, connect, runningServer } from '../connection.ts';
import type { Context } from '../context.ts';
import { codeOf, failure, misuse } from '../errors.ts';
import { applied, type Changes, outside, recorded } from './before.ts';
import { keysOf, type ProfileFiles, profileFiles, writeProfileFiles } from './profiles.ts';
import { awsVariables } from './variables.ts';

export type ReachOptions = {
  profile?: string;
  region?: string;
  offline?: boolean;
  /** False with --no-proxy. */
  proxy?: boolean;
};

export type Reached = {
  /** The environment that they are to be applied to, as it would be without Telar. */
  before: Environment;
  changes: Changes;
  connection: Connection;
};

/** @throws NoServer, NoCredentials, Misuse, and what cannot be respected of the user's own settings */
export async function reach(context: Context, options: ReachOptions): Promise<Reached> {
  const { data, environment, out } = context;
  if (options.offline && options.proxy === false) {
    throw misuse('--offline is what the proxy does: it cannot be had with --no-proxy.');
  }
  // Keys that an outer `telar shell` set are the folder's own, or those that somebody named: both hold on.
  const found = connect(context);
  const region = regionOf(options.region) ?? found.region;
  const before = outside(environment);
  const profile = options.profile === undefined ? undefined : profileFiles(join(data.root, 'aws'), options.profile);
  const credentials = profile ? await profileKeys(context, profile, { ...found, region }) : found.credentials;
  const connection = { url: found.url, region, credentials };
  const changes: Changes = {
    ...awsVariables({ ...connection, ...(profile && { profile }) }, before),
    ...(options.proxy !== false && throughProxy()),
  };
  return { before, changes: recorded(changes, before), connection };

  function throughProxy(): Changes {
    const lacking = proxyLacking(context, connection.url);
    if (lacking === undefined) {
      return {
        ...routedVariables(connection, data.proxy, options.offline === true, before),
        ...trusted(data.proxy, before),
      };
    }
    if (options.offline) throw misuse(`--offline cannot be had: ${lacking}`);
    out.note(`telar: no proxy: ${lacking} Clients that ask AWS's own addresses will not be answered by Telar.`);
    return {};
  }
}

/** @throws ProxyNotSupported */
function routedVariables(
  { url, credentials }: Connection,
  folder: string,
  offline: boolean,
  before: Environment,
): Changes {
  const route = routeOf({ url, folder, offline, before });
  if ('way' in route) return proxyVariables(url, credentials, route);
  throw failure(
    'ProxyNotSupported',
    `${route.unsupported} Name one of these, or add --offline (no other hosts) or --no-proxy (no proxy of Telar's: what asks AWS's own addresses is not answered by Telar then).`,
  );
}

/** @throws NoCertificates */
function trusted(folder: string, before: Environment): Changes {
  try {
    return trustVariables(folder, before);
  } catch (error) {
    throw failure('NoCertificates', (error as Error).message);
  }
}

/** Why clients cannot be sent through the server's proxy. Its certificate is taken from the data folder only: a file cannot be forged. */
function proxyLacking({ data }: Context, url: string): string | undefined {
  const running = runningServer(data);
  if (running === undefined || new URL(running.url).host !== new URL(url).host) {
    return `its certificate lies in the data folder of ${url}, which ${data.root} is not: name it with --data.`;
  }
  if (existsSync(authorityCertificate(data.proxy))) return undefined;
  return `the server at ${url} is of an older Telar: start it again with 'telar down' and 'telar up'.`;
}

/** The keys that the profile has, while the server takes them; else those of the connection. */
async function profileKeys({ out }: Context, files: ProfileFiles, connection: Connection): Promise<Credentials> {
  const own = keysOf(files);
  const works = own !== undefined && (await isTaken({ ...connection, credentials: own }));
  const keys = works ? own : connection.credentials;
  writeProfileFiles(files, { ...connection, keys });
  if (keys.accessKeyId === connection.credentials.accessKeyId) {
    out.note(
      `telar: profile ${files.name} has the keys ${keys.accessKeyId}, those that telar itself uses. With these variables set, '${out.command(`keys rotate USER --profile ${files.name}`)}' gives it the keys of a user.`,
    );
  }
  return keys;
}

async function isTaken(connection: Connection): Promise<boolean> {
  const sts = await clientsOf(connection).sts();
  try {
    await sts.getCallerIdentity({});
    return true;
  } catch (error) {
    if (/^(InvalidClientTokenId|SignatureDoesNotMatch|ExpiredToken)$/.test(codeOf(error))) return false;
    throw error;
  }
}

function regionOf(given: string | undefined): string | undefined {
  if (given === undefined || /^[a-z]{2,8}(-[a-z]{1,16}){1,3}-\d{1,2}$/.test(given)) return given;
  throw misuse(`--region is '${given}': give a region of AWS's, such as eu-west-1.`);
}

/** For a program that is started with the changes. */
export const changed = ({ before, changes }: Reached): Record<string, string> => applied(before, changes);
