/**
 * The console's side of the server: all that lies under `/console`.
 *
 * - `/console/session`: POST signs in (keys, or the token of a link), GET tells who is, DELETE signs out
 * - `/console/api/<api>/<Operation>`: POST calls an operation · `/console/link`: POST makes a URL of an object
 * - `/console/stream`: GET, what happens, as it happens
 * - everything else is a file of the console, or the page that shows itself by its path
 *
 * H1. Nothing but its files, and whether somebody is signed in, is given to whoever shows no session.
 * H2. A page of another origin can send none of these requests: none has the page's half of a session.
 */
import { uuid } from '../../base/random.ts';
import type { World } from '../../base/world.ts';
import type { Api } from '../../protocol/api.ts';
import type { Credential } from '../../protocol/chain.ts';
import type { Dispatch } from '../../protocol/dispatch.ts';
import { awsError, commonErrors, isAwsError } from '../../protocol/errors.ts';
import type { Call, Principal } from '../../protocol/service.ts';
import type { WireRequest, WireResponse } from '../../protocol/wire.ts';
import { callOperation, objectLink } from './calls.ts';
import { type ConsoleFiles, consoleFiles } from './files.ts';
import {
  cookieName,
  cookieOf,
  failed,
  json,
  jsonOf,
  notSignedIn,
  PAGE_HEADER,
  regionOf,
  type Signed,
  signedIn,
} from './requests.ts';
import type { Opened, Sessions } from './sessions.ts';
import { eventStream, type Seen } from './stream.ts';

export type ConsoleOptions = {
  world: World;
  account: string;
  version: string;
  /** Where the build lies. */
  folder: string;
  /** With authentication off, everyone is this principal. */
  unauthenticated: Principal | undefined;
  credential(accessKeyId: string): Credential | undefined;
  keyUsed(accessKeyId: string, use: { at: number; service: string; region: string }): void;
  sessions: Sessions;
  dispatch: Dispatch;
  apis: readonly Api[];
};

export type ConsoleHandler = (request: WireRequest) => Promise<WireResponse>;

export { consoleLinks, createSessions, type Sessions } from './sessions.ts';

const PREFIX = '/console/';

/** @example const answer = isConsolePath(request.path) ? await handle(request) : … */
export const isConsolePath = (path: string): boolean => path === '/console' || path.startsWith(PREFIX);

export function createConsole(options: ConsoleOptions): ConsoleHandler {
  const { world, sessions, unauthenticated } = options;
  const files = consoleFiles(options.folder);

  return async (request) => {
    const requestId = uuid(world.random);
    try {
      return await answer(request, requestId);
    } catch (error) {
      if (isAwsError(error)) return failed(error, requestId);
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      world.log('error', 'console.failed', { requestId, path: request.path, message });
      return failed(commonErrors.internal(requestId), requestId);
    }
  };

  async function answer(request: WireRequest, requestId: string): Promise<WireResponse> {
    const { method, path } = request;
    if (path === '/console') return { status: 308, headers: { location: PREFIX }, body: undefined };
    const [area = '', ...rest] = path.slice(PREFIX.length).split('/');
    switch (`${method} ${area}`) {
      case 'POST session':
        return signIn(request);
      case 'GET session':
        return json(whoIs(signedIn(request, sessions, unauthenticated)));
      case 'DELETE session':
        return signOut(request);
      case 'POST api':
        return callOperation(rest.join('/'), options, request, callOf(request, requestId, signed(request)));
      case 'POST link':
        return objectLink(request, signed(request), regionOf(request), world.clock.now());
      case 'GET stream':
        return stream(request);
      default:
        return file(files, request);
    }
  }

  function signed(request: WireRequest): Signed {
    const found = signedIn(request, sessions, unauthenticated);
    if (!found) throw notSignedIn();
    return found;
  }

  function callOf(request: WireRequest, requestId: string, { principal, holder }: Signed): Call {
    const [region, now] = [regionOf(request), world.clock.now()];
    if (holder) options.keyUsed(holder.accessKeyId, { at: now, service: 'console', region });
    return {
      ...{ requestId, region, now, principal, account: options.account, headers: {} },
      ...{ remoteAddress: request.remoteAddress, isGone: request.isGone, whenGone: request.whenGone },
    };
  }

  async function signIn(request: WireRequest): Promise<WireResponse> {
    const given = await jsonOf(request);
    const text = (name: string) => (typeof given[name] === 'string' ? (given[name] as string).trim() : '');
    const opened = text('link')
      ? sessions.redeem(text('link'))
      : sessions.signIn({
          ...{ accessKeyId: text('accessKeyId'), secretAccessKey: text('secretAccessKey') },
          sessionToken: text('sessionToken') || undefined,
        });
    if (!opened) throw text('link') ? usedLink() : wrongKeys();
    const seconds = Math.floor((opened.expires - world.clock.now()) / 1000);
    return json({ ...whoIs(signedBy(opened)), page: opened.page }, setCookie(request, opened.cookie, seconds));
  }

  function signOut(request: WireRequest): WireResponse {
    sessions.signOut(cookieOf(request), request.headers[PAGE_HEADER] ?? '');
    return json({}, setCookie(request, '', 0));
  }

  function whoIs(found: Signed | undefined) {
    const { account, version } = options;
    const general = { authentication: unauthenticated ? 'off' : 'keys', version };
    return found ? { ...general, user: found.principal.arn, account } : general;
  }

  function stream(request: WireRequest): Promise<WireResponse> {
    const telar = options.apis.find(({ name }) => name === 'telar')!;
    return eventStream(request, request.headers['last-event-id'], (After, WaitSeconds) => {
      const call = callOf(request, uuid(world.random), signed(request));
      return options.dispatch.run(telar, 'WatchEvents', { After, WaitSeconds, MaxResults: 500 }, call) as Promise<Seen>;
    });
  }
}

const signedBy = ({ holder }: Opened): Signed => ({ principal: holder.principal, holder });

function setCookie(request: WireRequest, value: string, seconds: number): Record<string, string> {
  return {
    'set-cookie': `${cookieName(request)}=${value}; Path=/console; Max-Age=${seconds}; HttpOnly; SameSite=Strict`,
  };
}

function file(files: ConsoleFiles, { method, path, headers }: WireRequest): Promise<WireResponse> {
  if (method !== 'GET' && method !== 'HEAD') {
    throw awsError('MethodNotAllowed', `The console has nothing at ${path} that takes ${method}.`, 405);
  }
  return files.get(path.slice(PREFIX.length), {
    accepts: headers['accept-encoding'] ?? '',
    host: headers['host'] ?? '',
  });
}

const wrongKeys = () =>
  awsError(
    'WrongKeys',
    "These keys are unknown, wrong, or no longer active. 'telar env' shows the keys of the first administrator.",
    401,
  );
const usedLink = () =>
  awsError(
    'LinkExpired',
    "This link was used before, or is older than ten minutes. 'telar console' makes a new one.",
    401,
  );
