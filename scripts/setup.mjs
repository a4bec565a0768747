/**
 * Makes a clone ready to run: `predemo` and `pretest` call it, `.ci/run` too. It owns two promises:
 *
 * S1. node_modules holds exactly what package-lock.json names for this platform; `npm ci` runs only when it does not.
 * S2. The `node` that npm's scripts find is Node 24 or later: the repository's own (an npm package per platform, put first
 *     on the PATH by npm), or else the machine's. If it is neither, this stops with what to do.
 *
 * Plain JavaScript without dependencies, since any Node from 20 on must run it before anything is installed. It talks on
 * stderr, so that the standard output of what runs after it stays clean.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED_NODE = 24;

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, os?: string | string[], cpu?: string | string[],
 *   libc?: string | string[] }} Locked one entry of a lock file's `packages`
 * @typedef {{ packages?: Record<string, Locked> }} Lock
 * @typedef {{ os: string, cpu: string }} Platform
 */

/** npm writes `"os": "linux"`, `["linux", "darwin"]` or `["!win32"]`. @param {string | string[] | undefined} list @param {string} value */
function admits(list, value) {
  if (list === undefined) return true;
  const names = Array.isArray(list) ? list : [list];
  if (names.includes(`!${value}`)) return false;
  const wanted = names.filter((name) => !name.startsWith('!'));
  return wanted.length === 0 || wanted.includes(value);
}

/**
 * Whether npm may leave a locked package out here. Which C library there is would take long to find out: a package that asks
 * for one may always be absent.
 * @param {Locked} entry @param {Platform} platform
 */
function mayBeAbsent(entry, platform) {
  if (entry.optional !== true) return false;
  const bound = entry.os !== undefined || entry.cpu !== undefined;
  return !bound || entry.libc !== undefined || !admits(entry.os, platform.os) || !admits(entry.cpu, platform.cpu);
}

/**
 * The first difference between what is locked and what npm installed (`node_modules/.package-lock.json`, which npm writes
 * last), as a sentence; undefined if they agree. Dates are not looked at: a checkout changes them.
 * @param {Lock} locked @param {Lock} installed @param {Platform} platform @returns {string | undefined}
 */
function difference(locked, installed, platform) {
  const wanted = locked.packages ?? {};
  const present = installed.packages ?? {};
  for (const [place, entry] of Object.entries(wanted)) {
    if (place === '') continue;
    const found = present[place];
    if (found === undefined) {
      if (!mayBeAbsent(entry, platform)) return `${place} is not installed`;
    } else if (found.version !== entry.version || found.integrity !== entry.integrity) {
      return `${place} is at ${found.version}, and package-lock.json names ${entry.version}`;
    }
  }
  const extra = Object.keys(present).find((place) => wanted[place] === undefined);
  return extra === undefined ? undefined : `${extra} is installed, and package-lock.json does not name it`;
}

/** @param {string} file @returns {string | undefined} the text, or undefined where there is no such file */
function read(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}

/** @param {string} text @returns {Lock} */
function parseLock(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/**
 * Why the packages must be installed, or undefined. A registry may lack an optional package for good: what an `npm ci` of
 * these very files left behind is accepted, by the seal that `install` wrote.
 * @param {string} root @returns {string | undefined}
 */
function installReason(root) {
  const locked = read(path.join(root, 'package-lock.json'));
  const installed = read(path.join(root, 'node_modules/.package-lock.json'));
  if (locked === undefined)
    throw new Error(`${path.join(root, 'package-lock.json')} is missing. Restore it: git checkout package-lock.json`);
  if (installed === undefined) return 'nothing is installed yet';
  if (read(sealFile(root)) === sealOf(locked, installed)) return undefined;
  return difference(parseLock(locked), parseLock(installed), { os: process.platform, cpu: process.arch });
}

/** @param {string} root */
const sealFile = (root) => path.join(root, 'node_modules/.telar-setup');

/** @param {string} locked @param {string} installed */
function sealOf(locked, installed) {
  return createHash('sha256').update(`${process.platform} ${process.arch}\n${locked}\n${installed}`).digest('hex');
}

/** Records that npm installed all that it could for these very files. @param {string} root */
function seal(root) {
  const locked = read(path.join(root, 'package-lock.json')) ?? '';
  const installed = read(path.join(root, 'node_modules/.package-lock.json')) ?? '';
  fs.writeFileSync(sealFile(root), sealOf(locked, installed));
}

/** @param {string} root @param {string} reason */
function install(root, reason) {
  process.stderr.write(
    `Telar: installing packages with npm ci, because ${reason}. This takes some seconds, or a minute on a slow line.\n`,
  );
  const started = Date.now();
  // npm names itself to the scripts that it runs; outside of npm, the one on the PATH is used.
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('npm-cli.js') ? [process.execPath, [npm]] : ['npm', []];
  const flags = ['ci', '--include=dev', '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status, signal, error } = spawnSync(command, [...first, ...flags], { cwd: root, stdio: ['ignore', 2, 2] });
  if (error)
    throw new Error(
      `npm could not be started: ${error.message}. Install npm (it comes with Node), then run the same command again.`,
    );
  if (status !== 0) {
    throw new Error(
      `npm ci ended with ${signal ?? `status ${status}`}; npm's own message is above. Usual causes: the registry cannot be reached ` +
        '(see `npm config get registry` and your proxy settings), or the disk is full. Then run the same command again.',
    );
  }
  seal(root);
  process.stderr.write(`Telar: packages installed in ${((Date.now() - started) / 1000).toFixed(1)} s.\n`);
}

/** Asks the very `node` that npm's scripts will find for its version. @param {string} root */
function checkNode(root) {
  const bin = path.join(root, 'node_modules/.bin');
  const PATH = `${bin}${path.delimiter}${process.env.PATH ?? ''}`;
  const { stdout, error } = spawnSync('node', ['--version'], { encoding: 'utf8', env: { ...process.env, PATH } });
  const version = error ? undefined : stdout.trim();
  const major = Number(/^v(\d+)\./.exec(version ?? '')?.[1] ?? 0);
  if (major < NEEDED_NODE) throw new Error(nodeMessage(version, fs.existsSync(path.join(bin, 'node'))));
}

/** @param {string | undefined} version what `node --version` said, if it ran @param {boolean} bundled whether the repository brought a Node */
function nodeMessage(version, bundled) {
  const here = `${process.platform}-${process.arch}`;
  const found = version ? `the \`node\` found first is ${version}` : 'no `node` could be started';
  const why = bundled
    ? `npm installed a Node for ${here}, but it does not run here (a C library that it was not built for, perhaps)`
    : `npm has no Node for ${here} in this project's package.json, or optional packages were left out`;
  return `Telar's scripts need Node ${NEEDED_NODE} or later, and ${found}: ${why}. Install Node ${NEEDED_NODE} or later, see that \`node --version\` says so, then run the same command again.`;
}

function main() {
  const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
  const reason = installReason(root);
  if (reason !== undefined) install(root, reason);
  checkNode(root);
  buildConsole(root);
}

/** With the very `node` that npm's scripts will find. A console that could not be built keeps nothing else from working. @param {string} root */
function buildConsole(root) {
  const script = path.join(root, 'scripts/console.ts');
  if (!fs.existsSync(script)) return;
  const PATH = `${path.join(root, 'node_modules/.bin')}${path.delimiter}${process.env.PATH ?? ''}`;
  const options = { cwd: root, stdio: /** @type {const} */ (['ignore', 2, 2]), env: { ...process.env, PATH } };
  const { status, signal, error } = spawnSync('node', [script], options);
  if (status === 0) return;
  const how = error ? error.message : `it ended with ${signal ?? `status ${status}`}`;
  process.stderr.write(`Telar: the console was not built: ${how}. Try: npm run console:build\n`);
}

if (process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    main();
  } catch (error) {
    process.stderr.write(`Telar could not be set up. ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
