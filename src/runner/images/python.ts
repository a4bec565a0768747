/** Finding Python: which interpreters this machine has, and what each can do. */
import { execFile } from 'node:child_process';
import type { PythonVersion, Variant } from './recipes.ts';

export type Interpreter = {
  /** The real executable, not a shim and not a virtual environment's. */
  executable: string;
  /** Major, minor, patch. */
  version: readonly [number, number, number];
  /** The folder that holds its standard library. */
  prefix: string;
};

const NEWEST_MINOR = 14;
const OLDEST_MINOR = 9;
const PROBE = `import json, os, sys
exe = getattr(sys, "_base_executable", None) or sys.executable
print(json.dumps({"executable": os.path.realpath(exe), "version": list(sys.version_info[:3]), "prefix": os.path.realpath(sys.base_prefix)}))`;

/** The names tried, in this order. TELAR_PYTHON, when set, is the only one. */
function candidates(environment: NodeJS.ProcessEnv): string[] {
  if (environment['TELAR_PYTHON']) return [environment['TELAR_PYTHON']];
  const names = ['python3'];
  for (let minor = NEWEST_MINOR; minor >= OLDEST_MINOR; minor--) names.push(`python3.${minor}`);
  return [...names, '/usr/bin/python3', 'python'];
}

function ask(name: string, environment: NodeJS.ProcessEnv): Promise<Interpreter | undefined> {
  return new Promise((resolve) => {
    execFile(name, ['-I', '-c', PROBE], { env: environment, timeout: 20_000 }, (error, stdout) => {
      try {
        resolve(error ? undefined : (JSON.parse(stdout) as Interpreter));
      } catch {
        resolve(undefined); // something else by that name
      }
    });
  });
}

/** Every Python 3 on the PATH, each once. Names that do not answer (a version manager's empty shims) are passed over. */
export async function findInterpreters(environment: NodeJS.ProcessEnv): Promise<Interpreter[]> {
  const found = await Promise.all(candidates(environment).map((name) => ask(name, environment)));
  const unique = new Map<string, Interpreter>();
  for (const interpreter of found) {
    if (interpreter && !unique.has(interpreter.executable)) unique.set(interpreter.executable, interpreter);
  }
  return [...unique.values()];
}

export function supports(variant: Variant, version: Interpreter['version']): boolean {
  const { from, to } = variant.python;
  const order = (a: PythonVersion, b: readonly number[]) => a[0] - b[0]! || a[1] - b[1]!;
  return order(from, version) <= 0 && order(to, version) >= 0;
}

export const versionText = (version: readonly number[]): string => version.join('.');
