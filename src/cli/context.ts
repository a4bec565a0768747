/**
 * What every verb is given: the global options made into folders, and the one output.
 *
 * The project is the nearest folder, from the working folder up, that holds telar.config.ts; the data folder is
 * TELAR_DATA, else the nearest `.telar` from the project up that a server has used, else `.telar` in the project.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { type DataFolder, dataFolder } from '../store/folder.ts';
import { makeOutput, type Output } from './output.ts';

export const CONFIG_FILE = 'telar.config.ts';
const DATA_FOLDER = '.telar';

/** The options that every verb takes. */
export type Globals = { json?: boolean; data?: string; url?: string; project?: string };

export type Context = {
  out: Output;
  /** The folder of telar.config.ts, or the working folder where there is none. */
  project: string;
  data: DataFolder;
  /** As given by --url. */
  url: string | undefined;
  environment: Readonly<Record<string, string | undefined>>;
};

export function makeContext(globals: Globals, environment: Context['environment'] = process.env): Context {
  const project = globals.project ? resolve(globals.project) : projectFolder(process.cwd());
  const named = globals.data ?? environment['TELAR_DATA'];
  return {
    out: makeOutput({ json: globals.json === true, command: (words) => commandLine(words, globals, environment) }),
    project,
    data: dataFolder(named ? resolve(named) : nearestData(project)),
    url: globals.url,
    environment,
  };
}

/** As it must be typed in this shell: by npx where npm started this program, and with the folders that were named. */
function commandLine(words: string, { data, url, project }: Globals, environment: Context['environment']): string {
  const npm = environment['npm_command'];
  const program = npm === undefined || npm === 'test' ? 'telar' : 'npx telar';
  const folder = project === undefined ? '' : relative(process.cwd(), resolve(project));
  const options = [
    ...(folder !== '' && /^(run|publish|export|predict)\b/.test(words) ? ['--project', folder] : []),
    ...(data === undefined ? [] : ['--data', data]),
    ...(url === undefined ? [] : ['--url', url]),
  ];
  return [program, words, ...options].join(' ');
}

function projectFolder(from: string): string {
  return upwards(from).find((folder) => existsSync(join(folder, CONFIG_FILE))) ?? from;
}

function nearestData(project: string): string {
  const used = upwards(project).find((folder) => existsSync(dataFolder(join(folder, DATA_FOLDER)).credentials));
  return join(used ?? project, DATA_FOLDER);
}

/** A folder and those above it, up to the user's home. */
function upwards(from: string): string[] {
  const folders = [from];
  for (let at = from; at !== homedir() && dirname(at) !== at; ) {
    at = dirname(at);
    folders.push(at);
  }
  return folders;
}
