/**
 * The Chromium that tests, screenshots and benchmarks of the console run in.
 *
 * C1. It is looked for in this order: TELAR_CHROMIUM; what was found before; one that is installed; Debian's, unpacked into
 *     .cache/chromium. One that does not start is none.
 * C2. Test files that begin at once look once, behind a lock. What was found is written last, so that half is none.
 * C3. That there is none is remembered, too: no test file waits for a dead line again. `node scripts/chromium.ts`, which
 *     `npm test` starts with, forgets it.
 */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './clientEnvironment.ts';
import { exclusively } from './lock.ts';
import { type Program, unpackChromium } from './unpackedChromium.ts';

const CACHE = fileURLToPath(new URL('../../.cache', import.meta.url));
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ON_MACS = ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
const STARTS_WITHIN = 60_000;
const ADVICE =
  'Install Chromium or Chrome (Debian: apt install chromium), or name its program in TELAR_CHROMIUM; then `node scripts/chromium.ts` looks again.';

export type Chromium = Program | { missing: string };

type Options = {
  /** Looks again where there was none before. */
  again?: boolean;
  /** Where it is kept; the repository's .cache. */
  cache?: string;
  environment?: NodeJS.ProcessEnv;
  /** Says in one line that it takes long. */
  say?: (line: string) => void;
  unpack?: typeof unpackChromium;
  /** Programs that are on no PATH. */
  apps?: readonly string[];
};

/** The Chromium, or in a sentence why there is none and what to do. */
export function findChromium(options: Options = {}): Promise<Chromium> {
  mkdirSync(options.cache ?? CACHE, { recursive: true });
  // What is found is kept by its whole path, which must not lead through a link that goes away.
  const cache = realpathSync(options.cache ?? CACHE);
  return exclusively(join(cache, 'chromium.lock.db'), () => find({ ...options, cache }));
}

async function find(options: Options & { cache: string }): Promise<Chromium> {
  const { again = false, cache, environment = process.env } = options;
  const named = environment['TELAR_CHROMIUM'];
  if (named)
    return (await proved({ executable: named, env: {} })) ?? { missing: `${named} (TELAR_CHROMIUM) does not start.` };
  const found = join(cache, 'chromium.json');
  const before = existsSync(found) ? (JSON.parse(readFileSync(found, 'utf8')) as Chromium) : undefined;
  if (before && 'missing' in before && !again) return before;
  if (before && 'executable' in before && (await starts(before, ['--version']))) return before;
  rmSync(found, { force: true });
  const now = (await installed(environment, options.apps ?? ON_MACS)) ?? (await unpacked(options));
  writeFileSync(found, JSON.stringify(now, null, 2));
  return now;
}

async function installed(environment: NodeJS.ProcessEnv, apps: readonly string[]): Promise<Program | undefined> {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter(Boolean);
  const places = [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...apps];
  for (const executable of places.filter(isExecutable)) {
    const program = await proved({ executable, env: {} });
    if (program) return program;
  }
  return undefined;
}

async function unpacked({
  cache,
  say = () => {},
  unpack = unpackChromium,
}: Options & { cache: string }): Promise<Chromium> {
  say('fetching Chromium for the tests of the console into .cache/chromium (about 140 MB, once)');
  const made = await unpack(join(cache, 'chromium'));
  if ('missing' in made)
    return { missing: `No Chromium is installed, and none could be unpacked: ${made.missing}. ${ADVICE}` };
  return (await proved(made)) ?? { missing: `The Chromium that was unpacked does not start. ${ADVICE}` };
}

/** The program, if it can show a page. */
async function proved(program: Program): Promise<Program | undefined> {
  const profile = mkdtempSync(join(tmpdir(), 'telar-chromium-'));
  try {
    const words = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      `--user-data-dir=${profile}`,
      '--dump-dom',
      'about:blank',
    ];
    return (await starts(program, words)) ? program : undefined;
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

async function starts({ executable, env }: Program, words: readonly string[]): Promise<boolean> {
  const signal = AbortSignal.timeout(STARTS_WITHIN);
  return (await run([executable, ...words], { env: { ...process.env, ...env }, signal })).status === 0;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
