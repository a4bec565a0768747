/**
 * `telar shell`: the user's shell, or one command, in which AWS clients reach the server and nothing else of AWS.
 *
 * H1. The command takes this process's place: its exit status, its signals and its terminal are its own, and nothing of telar
 *     stays in memory beside it.
 */
import { accessSync, constants, statSync, writeSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { isatty } from 'node:tty';
import type { Context } from '../context.ts';
import { type ExitStatus, failure, misuse } from '../errors.ts';
import { interactive } from '../shell/interactive.ts';
import { changed, type Reached, type ReachOptions, reach } from '../shell/reach.ts';

/** As descriptors: Node's streams would leave them unblocking to the program that comes. */
const STDIN = 0;
const STDERR = 2;

/** Does not return, unless it throws. */
export async function shell(context: Context, command: readonly string[], options: ReachOptions): Promise<ExitStatus> {
  const reached = await reach(context, options);
  const environment = changed(reached);
  const [program, ...words] = command;
  if (program !== undefined) return replaceWith(found(program, environment['PATH']), [program, ...words], environment);
  const own = environment['SHELL'] || '/bin/sh';
  const path = found(own, environment['PATH']);
  // Without a terminal, a shell reads its commands from standard input, and no start-up files.
  if (!isatty(STDIN)) return replaceWith(path, [own], environment);
  greet(context, reached, options);
  const started = interactive(path, join(context.data.root, 'shell'), reached.changes, environment);
  return replaceWith(path, [own, ...started.words], started.environment);
}

function greet({ out }: Context, { connection }: Reached, { offline, proxy, profile }: ReachOptions): void {
  const { accessKeyId } = connection.credentials;
  const who = profile === undefined ? accessKeyId : `profile ${profile}`;
  const others = offline
    ? 'Other hosts are refused.'
    : proxy === false
      ? "AWS's own addresses are not answered by Telar."
      : 'Other hosts are reached as always.';
  const text = `AWS clients in this shell reach Telar at ${connection.url}, as ${who}. ${others} 'exit' leaves it.`;
  // At once, and not through a stream: this process is about to be replaced.
  writeSync(STDERR, `${out.style.dim(text)}\n`);
}

function replaceWith(path: string, words: string[], environment: Record<string, string>): never {
  if (process.execve === undefined) throw failure('NotSupported', 'This Node cannot start a program in its own place.');
  return process.execve(path, words, environment);
}

/** As a shell looks for it. @throws Misuse when there is no such program */
function found(program: string, path = ''): string {
  const places = program.includes('/')
    ? [resolve(program)]
    : path.split(delimiter).map((folder) => join(folder, program));
  const at = places.find(isProgram);
  if (at !== undefined) return at;
  throw misuse(`There is no program '${program}'${program.includes('/') ? '' : ' on the PATH'}.`);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
