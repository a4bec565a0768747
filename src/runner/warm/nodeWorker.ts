/**
 * The program of a Node.js that waits for its job, inside a sandbox that is made already (spares.ts). It says that it is ready,
 * reads one line (a script, its arguments, its environment), and runs the script as `node script` would. Being a module in
 * TypeScript, it has loaded what most scripts need loaded.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, readSync, writeSync } from 'node:fs';
import Module from 'node:module';
import { constants } from 'node:os';
import { resolve } from 'node:path';

type Assignment = {
  /** A command that must succeed first. */
  before?: readonly string[];
  script: string;
  args: readonly string[];
  environment: Readonly<Record<string, string>>;
};

/** The socket that the server has the other end of. */
const CONTROL = 3;
const NEWLINE = 10;

/** One line, or undefined where the server ended before it had written it. Nothing else goes on meanwhile. */
function readLine(): string | undefined {
  const chunks: Buffer[] = [];
  const chunk = Buffer.alloc(65_536);
  for (;;) {
    const length = readSync(CONTROL, chunk);
    if (length === 0) return undefined;
    chunks.push(Buffer.from(chunk.subarray(0, length)));
    if (chunk[length - 1] === NEWLINE) return Buffer.concat(chunks).toString();
  }
}

function waitForJob(): Assignment | undefined {
  try {
    writeSync(CONTROL, 'ready\n');
    const line = readLine();
    return line === undefined ? undefined : (JSON.parse(line) as Assignment);
  } catch {
    return undefined; // the server has gone
  } finally {
    closeSync(CONTROL);
  }
}

/** Ends as the command did where it fails. */
function runFirst([program, ...args]: readonly string[]): void {
  const { status, signal } = spawnSync(program!, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 128 + (signal ? constants.signals[signal] : 0));
}

function become({ before, script, args, environment }: Assignment): void {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
  if (before) runFirst(before);
  process.argv.splice(1, process.argv.length, resolve(script), ...args);
  Module.runMain(process.argv[1]);
}

const assignment = waitForJob();
// From the loop, so that an error of the script is not one of this module.
if (assignment) setImmediate(become, assignment);
else {
  writeSync(2, 'telar: the sandbox of this job could not be made: the server ended before it said what to run.\n');
  process.exitCode = 125;
}
