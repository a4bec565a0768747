/**
 * Reads a project: imports its telar.config.ts, whose `telar` package is found beside it, or else is this very program's.
 */
import { existsSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Project, type ProjectDocuments, projectDocuments } from '../../sdk/index.ts';
import { CONFIG_FILE } from '../context.ts';
import { failure, misuse } from '../errors.ts';

const SDK = new URL('../../sdk/index.ts', import.meta.url).href;

/** Whether a folder is a project. */
export function hasProject(folder: string): boolean {
  return existsSync(join(folder, CONFIG_FILE));
}

/**
 * The project of a folder.
 *
 * @throws NoProject, or BrokenProject with what its own code threw
 */
export async function loadProject(folder: string): Promise<Project> {
  const file = join(folder, CONFIG_FILE);
  if (!existsSync(file)) {
    throw misuse(
      `There is no ${CONFIG_FILE} in ${folder}. Go to a project's folder, name it with --project, or make a new one with 'telar init'.`,
    );
  }
  provideSdk();
  let exports: { default?: unknown };
  try {
    exports = (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (error) {
    throw failure('BrokenProject', `${file} could not be read: ${messageOf(error)} Correct it, then try again.`);
  }
  const project = exports.default;
  if (isProject(project)) return project;
  throw failure('BrokenProject', `${file} exports no project. Its default export must be what defineProject answers.`);
}

/** A project's documents in an account and region; its own region wins. */
export function documentsOf(project: Project, account: string, region: string): ProjectDocuments {
  try {
    return projectDocuments(project, { account, region: project.region ?? region });
  } catch (error) {
    throw failure('BrokenProject', messageOf(error));
  }
}

function isProject(value: unknown): value is Project {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'project';
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

let provided = false;

/** A project without node_modules still finds `telar`: the SDK of the program that reads it. */
function provideSdk(): void {
  if (provided) return;
  provided = true;
  module.registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== 'telar') return next(specifier, context);
      try {
        return next(specifier, context);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
        return { url: SDK, shortCircuit: true };
      }
    },
  });
}
