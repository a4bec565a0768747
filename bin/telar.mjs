#!/usr/bin/env node
/**
 * The `telar` command: runs src/cli/main.ts on Node 24 or later. If the Node that started this file is new enough, the
 * program runs in this very process, with Node's compile cache; otherwise it runs
 * on the Node that npm brought, with the same arguments, standard streams, signals and exit status.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import module from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED_NODE = 24;
const here = fileURLToPath(import.meta.url);
const root = path.dirname(path.dirname(here));

/** The Node that npm installed for this platform, wherever npm hoisted it to. @returns {string | undefined} */
function bundledNode() {
  const require = module.createRequire(import.meta.url);
  for (const name of [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`]) {
    try {
      const manifest = require.resolve(`${name}/package.json`);
      const { version } = JSON.parse(fs.readFileSync(manifest, 'utf8'));
      if (Number.parseInt(version, 10) >= NEEDED_NODE) return path.join(path.dirname(manifest), 'bin/node');
    } catch {
      // Not installed under this name: the next one may be.
    }
  }
  return undefined;
}

/** Runs this file again on `node`, as if it were this process. @param {string} node */
function runOn(node) {
  const child = spawn(node, [...process.execArgv, here, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both processes; sent on, the child would get it twice and take it for "now, at once".
  const fromTerminal = new Set(process.stdin.isTTY ? ['SIGINT', 'SIGQUIT', 'SIGHUP'] : []);
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP', 'SIGUSR2']);
  for (const signal of signals) process.on(signal, () => void (fromTerminal.has(signal) || child.kill(signal)));
  child.on('error', (error) => fail(`${node} could not be started: ${error.message}. Run \`npm ci\`, then try again.`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of signals) process.removeAllListeners(name);
    process.kill(process.pid, signal);
    // Reached only if the signal does not end a process by default.
    setTimeout(() => process.exit(128 + os.constants.signals[signal]), 100);
  });
}

/** @param {string} message */
function fail(message) {
  process.stderr.write(`telar: ${message}\n`);
  process.exitCode = 1;
}

if (Number.parseInt(process.versions.node, 10) >= NEEDED_NODE) {
  // Beside the code, not in the shared temporary folder, where another user could have laid a cache for us.
  module.enableCompileCache(path.join(root, '.cache/compile'));
  await import('../src/cli/main.ts');
} else {
  const node = bundledNode();
  if (node) runOn(node);
  else {
    fail(
      `Node ${NEEDED_NODE} or later is needed, this is ${process.version}, and no Node for ${process.platform}-${process.arch} ` +
        'is installed beside it. Run `npm ci --include=optional`, or install Node 24 or later.',
    );
  }
}
