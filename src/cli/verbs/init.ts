/** `telar init`: a new project that runs. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { type ExitStatus, misuse } from '../errors.ts';
import { templateFiles } from '../project/template.ts';

/** Nothing is overwritten: one file that is there already, and nothing is written at all. */
export function init({ out }: Context, given: string | undefined): ExitStatus {
  const folder = resolve(given ?? '.');
  const files = templateFiles(projectName(folder));
  const there = Object.keys(files).filter((path) => existsSync(join(folder, path)));
  if (there.length > 0) {
    throw misuse(
      `${folder} has ${there.join(', ')} already, and nothing was written. Choose another folder: 'telar init FOLDER'.`,
    );
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  out.line(`A new project in ${out.style.accent(folder)}:`);
  for (const path of Object.keys(files)) out.line(`  ${path}`);
  out.line();
  // From here and not from inside: there, npx would look for a package of this name in a registry.
  const here = relative(process.cwd(), folder);
  const project = here === '' ? '' : ` --project ${here}`;
  for (const words of ['up --detach', 'run']) out.line(`  ${out.command(words)}${project}`);
  out.result({ folder, files: Object.keys(files) });
  return 0;
}

/** Fit for a bucket, a role and a pipeline. */
function projectName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return name.length >= 3 ? name : `project-${name || 'telar'}`;
}
