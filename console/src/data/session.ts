/**
 * Who is signed in. The session has two halves: a cookie that scripts cannot see, and a token that this page keeps and sends along.
 * The region that is looked at is kept beside it.
 */
export type Session = {
  authentication: 'keys' | 'off';
  version: string;
  /** An ARN; undefined while nobody is signed in. */
  user?: string;
  account?: string;
};

export type SignIn = { accessKeyId: string; secretAccessKey: string; sessionToken?: string } | { link: string };

const PAGE = 'telar-page';
const REGION = 'telar-region';

export const regionNow = (): string => localStorage.getItem(REGION) ?? 'us-east-1';
export const keepRegion = (region: string): void => localStorage.setItem(REGION, region);

/** What every request to the console's side of the server carries. */
export function sessionHeaders(): Record<string, string> {
  const page = localStorage.getItem(PAGE);
  return { 'x-telar-region': regionNow(), ...(page !== null && { 'x-telar-page': page }) };
}

/** An answer that refused: `code` is AWS's, the message a sentence for people. */
export type Refusal = Error & { code: string; status: number; requestId?: string };

export function refusal(code: string, message: string, status: number, requestId?: string): Refusal {
  return Object.assign(new Error(message), { code, status, ...(requestId !== undefined && { requestId }) });
}

/** @throws Refusal */
export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(`/console/${path}`, {
    ...init,
    headers: { ...sessionHeaders(), ...init.headers },
  }).catch(() => {
    throw refusal('NoServer', 'The server does not answer. It may be stopped: telar up starts it.', 0);
  });
  const text = await response.text();
  const answer = parse(text);
  if (response.ok) return answer as T;
  const { code = 'Unknown', message = text, requestId } = (answer ?? {}) as Partial<Refusal>;
  throw refusal(code, message, response.status, requestId);
}

function parse(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const whoIsSignedIn = (): Promise<Session> => ask<Session>('session');

/** @throws Refusal: wrong keys, or a link that was used */
export async function signIn(shown: SignIn): Promise<Session> {
  const { page, ...session } = await ask<Session & { page: string }>('session', {
    method: 'POST',
    body: JSON.stringify(shown),
  });
  localStorage.setItem(PAGE, page);
  return session;
}

export async function signOut(): Promise<void> {
  await ask('session', { method: 'DELETE' });
  localStorage.removeItem(PAGE);
}

/** Takes the token of a link out of the address, so that it is neither kept in the history nor followed twice. */
export function takeLink(): string | undefined {
  const link = /^#link=(\w+)$/.exec(location.hash)?.[1];
  if (link !== undefined) history.replaceState(null, '', location.pathname + location.search);
  return link;
}
