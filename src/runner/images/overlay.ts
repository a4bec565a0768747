/**
 * A job's own Python environment, made before it starts: empty, writable, over the image's read-only one. So that `pip install`
 * works in a job as it does in a container, whether a script calls pip or `python -m pip`, and reaches no other job.
 *
 * O1. It is a few small files: nothing is started to make it. `telar_runtime/layers.py` makes the same where a layer lies between.
 */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { quote } from '../shell.ts';

/** Where a layer appears behind a link, for Pythons that run already: telar_runtime/pip_layer.py. */
const SLOT = 'layer';
const EMPTY = 'no-layer';

export type Overlay = {
  /** Where it is made, on the machine. */
  folder: string;
  /** Where the job sees it, and the image's environment. */
  seen: string;
  environment: string;
  interpreter: { executable: string; version: readonly number[] };
  /** Where the job sees the images' programs, if it may ask for layers: then `pip install -r` gets one. */
  programs: string | undefined;
};

/** A line that each Python of the environment executes when it starts: nothing happens unless it is pip that starts. */
const beforePip = (programs: string) =>
  `import sys; "pip" in getattr(sys, "orig_argv", [])[:3] and (sys.path.append(${JSON.stringify(programs)}), __import__("telar_runtime.pip_layer"), sys.path.remove(${JSON.stringify(programs)}))`;

export function makeOverlay({ folder, seen, environment, interpreter, programs }: Overlay): void {
  const packages = `lib/python${interpreter.version[0]}.${interpreter.version[1]}/site-packages`;
  mkdirSync(join(folder, 'bin'), { recursive: true, mode: 0o755 });
  mkdirSync(join(folder, packages), { recursive: true, mode: 0o755 });
  for (const name of ['python', 'python3']) link(interpreter.executable, join(folder, 'bin', name));
  for (const name of ['pip', 'pip3']) {
    const path = join(folder, 'bin', name);
    writeFileSync(path, `#!/bin/sh\nexec ${quote(join(seen, 'bin/python3'))} -m pip "$@"\n`);
    chmodSync(path, 0o755);
  }
  const home = dirname(interpreter.executable);
  const version = interpreter.version.join('.');
  writeFileSync(
    join(folder, 'pyvenv.cfg'),
    `home = ${home}\ninclude-system-site-packages = false\nversion = ${version}\n`,
  );
  const lines = [join(environment, packages)];
  if (programs !== undefined) {
    mkdirSync(join(folder, EMPTY), { recursive: true, mode: 0o755 });
    link(EMPTY, join(folder, SLOT));
    lines.unshift(join(seen, SLOT));
    lines.push(beforePip(programs));
  }
  writeFileSync(join(folder, packages, 'telar.pth'), lines.map((line) => `${line}\n`).join(''));
}

function link(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // the launch is tried again
  }
}
