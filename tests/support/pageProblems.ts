/** What goes wrong on a page while a test uses it. */
import type { ConsoleMessage, Page, Request, Response } from 'playwright-core';

/** Chromium says it of every answer from 400 on, without its status line or method; `refused` tells it better. */
const TOLD_TWICE = /^Failed to load resource: the server responded with a status/;
/** The page itself gave the request up: it went elsewhere, or a reader lost interest. */
const GIVEN_UP = 'net::ERR_ABORTED';
const THIS_MACHINE = /^(127\.0\.0\.1|localhost|\[::1\])$/;

/** Begins to watch. Answers the problems so far, each as a sentence, without those that are allowed. */
export function watchProblems(page: Page, allow: readonly RegExp[]): () => readonly string[] {
  const problems: string[] = [];
  const add = (problem: string | undefined) => {
    if (problem !== undefined && !allow.some((pattern) => pattern.test(problem))) problems.push(problem);
  };
  page.on('console', (message) => add(said(message)));
  page.on('pageerror', (error) => add(`uncaught ${error.stack ?? error.message}`));
  page.on('crash', () => add('the page crashed'));
  page.on('request', (request) => add(elsewhere(request)));
  page.on('requestfailed', (request) => add(failed(request)));
  page.on('response', (response) => add(refused(response)));
  return () => problems;
}

function said(message: ConsoleMessage): string | undefined {
  if (message.type() !== 'error' || TOLD_TWICE.test(message.text())) return undefined;
  const { url, lineNumber } = message.location();
  return `console error: ${message.text()} (${url}:${lineNumber + 1})`;
}

/** No data leaves the browser but to its own server. */
function elsewhere(request: Request): string | undefined {
  const url = new URL(request.url());
  if (!/^(https?|wss?):$/.test(url.protocol) || THIS_MACHINE.test(url.hostname)) return undefined;
  return `request to another host: ${request.method()} ${request.url()}`;
}

function failed(request: Request): string | undefined {
  const reason = request.failure()?.errorText ?? 'no reason given';
  return reason === GIVEN_UP ? undefined : `request failed: ${request.method()} ${request.url()}: ${reason}`;
}

function refused(response: Response): string | undefined {
  if (response.status() < 400) return undefined;
  return `answer ${response.status()}: ${response.request().method()} ${response.url()}`;
}
