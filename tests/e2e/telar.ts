/** The real `telar` binary in a project of its own: what the end-to-end tests drive, as a person would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SHARED_IMAGES } from '../support/server.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BINARY = join(ROOT, 'bin/telar.mjs');

export type Ran = {
  status: number | null;
  stdout: string;
  stderr: string;
  /** Of --json: every line of standard output. */
  documents: Record<string, unknown>[];
  /** The last of them. */
  result: Record<string, unknown>;
};

export type Telar = {
  /** The working folder. */
  folder: string;
  run(...args: string[]): Promise<Ran>;
  json(...args: string[]): Promise<Ran>;
  /** A process to talk to while it runs. */
  start(...args: string[]): ChildProcess;
  /** Stops the server, if one runs, and removes the folder. */
  close(): Promise<void>;
};

/** A terminal's variables and the surrounding shell's settings must not change what a test sees. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, HOME, PIP_INDEX_URL, TELAR_PYTHON } = process.env;
  return { PATH, HOME, PIP_INDEX_URL, TELAR_PYTHON, LANG: 'C.UTF-8', TELAR_IMAGES: SHARED_IMAGES };
}

export function finished(child: ChildProcess): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
      const documents = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      resolve({ status, stdout, stderr, documents, result: documents.at(-1) ?? {} });
    });
  });
}

/** Runs a script of the repository on the Node that runs the tests. */
export function startNode(script: string, args: readonly string[], cwd: string): ChildProcess {
  return spawn(process.execPath, [script, ...args], { cwd, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
}

export function telarIn(folder = mkdtempSync(join(tmpdir(), 'telar-e2e-'))): Telar {
  const start = (...args: string[]) => startNode(BINARY, args, folder);
  const run = (...args: string[]) => finished(start(...args));
  return {
    folder,
    start,
    run,
    json: (...args) => run(...args, '--json'),
    async close() {
      await run('down');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
