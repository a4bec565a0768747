/**
 * A Node.js that waits for its job, inside a sandbox that is made already (warm/spares.ts). It says that it is ready, reads one
 * line (a script, its arguments, its environment), and runs the script as `node script` would.
 */
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { runMain } = require('node:module');

/** The server's other end. */
const CONTROL = 3;

/** One line, or undefined where the server ended before it had written it. Nothing else goes on meanwhile. */
function readLine() {
  const chunks = [];
  const chunk = Buffer.alloc(65536);
  for (;;) {
    const length = fs.readSync(CONTROL, chunk);
    if (length === 0) return undefined;
    chunks.push(Buffer.from(chunk.subarray(0, length)));
    if (chunk[length - 1] === 10) return Buffer.concat(chunks).toString();
  }
}

function become({ script, args, environment }) {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
  process.argv.splice(1, process.argv.length, path.resolve(script), ...args);
  delete require.cache[__filename];
  runMain(process.argv[1]);
}

function wait() {
  let line;
  try {
    fs.writeSync(CONTROL, 'ready\n');
    line = readLine();
  } catch {
    // The server has gone.
  }
  fs.closeSync(CONTROL);
  if (line !== undefined) return void setImmediate(become, JSON.parse(line));
  fs.writeSync(2, 'telar: the sandbox of this job could not be made: the server ended before it said what to run.\n');
  process.exit(125);
}

// The loaders of modules and of TypeScript take longer to load than most scripts to run.
import('./warm.mts').then(wait, (error) => {
  fs.writeSync(2, `telar: ${error.stack}\n`);
  process.exit(1);
});
