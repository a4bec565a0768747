/**
 * Debian's Chromium, unpacked into a folder instead of installed: it needs no root, and changes nothing of the machine.
 *
 * U1. apt keeps its lists, archives and caches in the folder, and runs none of the machine's hooks.
 * U2. What the machine has is not unpacked again, except for the fonts: text looks alike wherever it is unpacked.
 * U3. It ends within MOST milliseconds, whatever the line does.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './clientEnvironment.ts';

const MOST = 420_000;
const FONTS = ['fonts-inter', 'fonts-dejavu-core'];
const PROGRAM = 'usr/lib/chromium/chromium';

/** A program, and what its environment holds beside the machine's. */
export type Program = { executable: string; env: Record<string, string> };

/** Makes the folder anew. Answers why where there is no such package, no apt or no line. */
export async function unpackChromium(folder: string): Promise<Program | { missing: string }> {
  rmSync(folder, { recursive: true, force: true });
  const root = join(folder, 'root');
  const apt = join(folder, 'apt');
  const signal = AbortSignal.timeout(MOST);
  try {
    await download(apt, signal);
    mkdirSync(root);
    for (const file of readdirSync(packages(apt))) {
      await ran(['dpkg-deb', '--extract', join(packages(apt), file), root], { signal });
    }
  } catch (error) {
    return { missing: signal.aborted ? `fetching it took longer than ${MOST / 1000} s` : (error as Error).message };
  } finally {
    rmSync(apt, { recursive: true, force: true });
  }
  const executable = join(root, PROGRAM);
  // Ubuntu's package of that name is a script that asks for a snap.
  if (!existsSync(executable)) return { missing: 'the package chromium of this system holds no Chromium' };
  const fonts = join(folder, 'fonts.conf');
  writeFileSync(fonts, fontsConfig(folder, root));
  return { executable, env: { LD_LIBRARY_PATH: libraryFolders(root).join(':'), FONTCONFIG_FILE: fonts } };
}

const packages = (apt: string) => join(apt, 'packages');

async function download(apt: string, signal: AbortSignal): Promise<void> {
  for (const name of ['packages', 'lists/partial', 'archives/partial']) mkdirSync(join(apt, name), { recursive: true });
  const config = join(apt, 'apt.conf');
  writeFileSync(config, aptConfig(apt));
  const aptGet = (words: readonly string[]) =>
    ran(['apt-get', '-c', config, ...words], { cwd: packages(apt), signal, env: { ...process.env, LC_ALL: 'C' } });
  await aptGet(['update']);
  const plan = await aptGet(['--simulate', '--no-install-recommends', 'install', 'chromium']);
  await aptGet(['download', ...new Set([...toInstall(plan), ...FONTS])]);
}

/** What is named on apt's command line is read after the machine's own configuration, so that this can clear its hooks. */
function aptConfig(apt: string): string {
  const hooks = ['Update::Pre-Invoke', 'Update::Post-Invoke', 'Update::Post-Invoke-Success'];
  return [
    ...hooks.map((hook) => `#clear APT::${hook};`),
    `Dir::State::lists "${join(apt, 'lists')}";`,
    `Dir::Cache "${apt}";`,
    // Its own user could not write into a folder of somebody's.
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    'Acquire::Retries "1";',
    'Acquire::http::Timeout "20";',
    'Acquire::https::Timeout "20";',
    '',
  ].join('\n');
}

/** `Inst NAME [OLD VERSION] (VERSION ORIGIN)` for each package that the machine lacks, or has too old. */
function toInstall(plan: string): string[] {
  return [...plan.matchAll(/^Inst (\S+)(?: \[[^\]]*\])? \((\S+)/gm)].map(([, name, version]) => `${name}=${version}`);
}

/** Every folder below usr/lib that holds a shared library by itself, the plug-ins of GTK left out. */
function libraryFolders(root: string): string[] {
  const files = readdirSync(join(root, 'usr/lib'), { recursive: true, encoding: 'utf8' });
  const folders = files.filter((file) => /\.so(\.\d+)*$/.test(file)).map(dirname);
  return [...new Set(folders)]
    .filter((folder) => !/gtk-|chromium/.test(folder))
    .map((folder) => join(root, 'usr/lib', folder));
}

/** The unpacked fonts under the names that pages use, the machine's own for the letters that these lack. */
function fontsConfig(folder: string, root: string): string {
  const named = (names: readonly string[], font: string) =>
    names.map(
      (name) => `<alias binding="strong"><family>${name}</family><prefer><family>${font}</family></prefer></alias>`,
    );
  return [
    '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>',
    `<dir>${join(root, 'usr/share/fonts')}</dir><dir>/usr/share/fonts</dir><cachedir>${join(folder, 'fontcache')}</cachedir>`,
    ...named(['system-ui', 'ui-sans-serif', 'Arial', 'Helvetica Neue', 'sans-serif'], 'Inter'),
    ...named(['ui-monospace', 'monospace'], 'DejaVu Sans Mono'),
    '</fontconfig>',
    '',
  ].join('\n');
}

/** @throws Error in one line, where it fails */
async function ran(command: readonly string[], options: Parameters<typeof run>[1]): Promise<string> {
  const { status, stdout, stderr } = await run(command, options);
  if (status === 0) return stdout;
  const words = command
    .filter((word) => !/^-c$|\//.test(word))
    .slice(0, 4)
    .join(' ');
  throw new Error(`\`${words}\` failed: ${stderr.trim().split('\n').slice(-2).join(' ')}`);
}
