/**
 * Scripts that travel in the project's code bundle.
 *
 * I1. What a bundled script becomes is plain AWS: one more input and a shell command. Nothing of Telar runs in the job.
 */
import { must } from '../mistake.ts';
import type { S3Uri, Value } from '../references.ts';

/** The archive's name below `pipeline/code/<version>/`. */
export const BUNDLE_FILE = 'pipeline_code.tar.gz';
const FOLDER = '/opt/ml/processing/input/code';

export type BundledScript = {
  /** The step's input named `code`. */
  readonly input: { from: Value<S3Uri>; localPath: string };
  /** The step's entrypoint, handing its arguments on when it has any. */
  readonly entrypoint: (hasArguments: boolean) => readonly string[];
};

const INTERPRETERS: Readonly<Record<string, string>> = {
  py: 'python3',
  ts: 'node',
  js: 'node',
  mjs: 'node',
  sh: '/bin/sh',
};

/**
 * Runs a file of the code bundle: the job mounts the bundle at /opt/ml/processing/input/code, unpacks it there, and starts
 * the script with python3 (`.py`), node (`.ts`, `.js`, `.mjs`) or /bin/sh (`.sh`). Works on AWS as it stands.
 *
 * @param codeBundleUri where `pipeline_code.tar.gz` lies: commonly the pipeline's parameter
 * @param path the script's path inside the bundle
 * @throws when the path leaves the bundle, holds characters that a shell would read, or ends in no known extension
 * @example processingStep({ …, script: bundledScript(parameters.CodeBundleUri, 'preprocess.py') })
 */
export function bundledScript(codeBundleUri: Value<S3Uri>, path: string): BundledScript {
  const subject = `bundledScript('${path}')`;
  must(/^[\w./-]+$/.test(path), subject, 'the path may hold letters, digits and _ . / - only: rename the file');
  must(
    !path.startsWith('/') && !path.split('/').includes('..'),
    subject,
    "the path must lie inside the bundle: write it relative to the bundle's root",
  );
  const interpreter = INTERPRETERS[path.slice(path.lastIndexOf('.') + 1)];
  must(
    interpreter !== undefined,
    subject,
    `only ${Object.keys(INTERPRETERS).join(', ')} files can be started: use \`entrypoint\` for others`,
  );
  const command = `tar -xzf ${FOLDER}/${BUNDLE_FILE} -C ${FOLDER} && exec ${interpreter} ${FOLDER}/${path}`;
  return {
    input: { from: codeBundleUri, localPath: FOLDER },
    // `sh -c` takes the first argument as $0; without any, $0 is the shell itself and must not reach the script.
    entrypoint: (hasArguments) => ['/bin/sh', '-c', hasArguments ? `${command} "$0" "$@"` : command],
  };
}
