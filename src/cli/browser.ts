/**
 * The browser of whoever sits at the terminal: whether a command opens it by itself, and how.
 *
 * O1. No other user of the machine learns of the link, which signs in whoever is the first to follow it. What a program is started
 *     with can be seen by all: the browser is given the address of a page that only this user reads, and the page leads on.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export type Surroundings = {
  /** As the person said: --open, --no-open. */
  asked: boolean | undefined;
  /** Both ends are a person's: nothing is piped, nothing reads the output. */
  terminal: { stdin: boolean; stdout: boolean };
  json: boolean;
  /** With --detach the command is over at once: who sends a server to the background goes on with something else. */
  detach: boolean;
  platform: string;
  environment: Readonly<Record<string, string | undefined>>;
};

/** Whether to open it: what was said goes before everything; otherwise only where a person sits in front of a desktop. */
export function opensBrowser({ asked, terminal, json, detach, platform, environment }: Surroundings): boolean {
  if (asked !== undefined) return asked;
  const { stdin, stdout } = terminal;
  return stdin && stdout && !json && !detach && !isAutomatic(environment) && !isFarAway(environment) && hasDesktop();

  function hasDesktop(): boolean {
    if (platform === 'darwin' || platform === 'win32') return true;
    return isSet(environment['DISPLAY']) || isSet(environment['WAYLAND_DISPLAY']);
  }
}

/** Every service that builds sets CI; `CI=false` is how a person takes it back. */
function isAutomatic({ CI }: Surroundings['environment']): boolean {
  return isSet(CI) && CI !== 'false' && CI !== '0';
}

/** Over SSH the desktop, if there is one, is not where the person is. */
function isFarAway(environment: Surroundings['environment']): boolean {
  return ['SSH_CONNECTION', 'SSH_CLIENT', 'SSH_TTY'].some((name) => isSet(environment[name]));
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';

/** What the desktop opens links with. On Windows no shell is between: it would read the link's signs as its own. */
const OPENERS: Readonly<Record<string, readonly [program: string, ...first: string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/**
 * In the browser that the desktop has for links. Where there is none, nothing happens: the link stands there.
 *
 * @param folder where things may lie that the next start throws away; if it is not there, the system's own is taken
 */
export function openInBrowser(link: string, folder: string): void {
  const [program, ...first] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...first, leadingTo(link, folder)], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

/** The address of a page that leads to a link (O1). */
export function leadingTo(link: string, folder: string): string {
  const path = join(existsSync(folder) ? folder : mkdtempSync(join(tmpdir(), 'telar-')), 'console.html');
  const target = link.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  rmSync(path, { force: true });
  writeFileSync(
    path,
    `<!doctype html><meta charset="utf-8"><title>Telar</title><meta http-equiv="refresh" content="0; url=${target}">\n`,
    { mode: 0o600, flag: 'wx' },
  );
  return pathToFileURL(path).href;
}
