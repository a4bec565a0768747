/** What the three Processing jobs share: the folders that a job is given, and how it ends when it cannot do its work. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = '/opt/ml/processing';
export const inputFolder = (name: string) => join(ROOT, 'input', name);
export const outputFolder = (name = '') => join(ROOT, 'output', name);

/** The job's arguments, `--name value` each; all that are named here must be given. */
export function jobArguments<const Name extends string>(names: readonly Name[]): Record<Name, string> {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ options });
  for (const name of names)
    if (typeof values[name] !== 'string') throw new Error(`The argument --${name} is missing: give it to the step.`);
  return values as Record<Name, string>;
}

/** Does the job's work. A failure is told in one line, which becomes the reason of the step: SageMaker shows the end of stderr. */
export async function job(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
    process.exitCode = 1;
  }
}
