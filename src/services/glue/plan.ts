/** A run as an order: what of it is staged, and what the program in its image is told (runner/images/programs/python/telar_glue). */
import { parseS3, s3Uri } from './addresses.ts';
import { type Arguments, listed, merged, objectsOf } from './arguments.ts';
import type { Job, StartInput } from './context.ts';
import { capacityOfRun, type Kind, kindOf } from './definition.ts';
import { glueErrors } from './errors.ts';
import { jobArn, orderArn, type Place, roleArnOf } from './names.ts';
import type { RunOrder } from './ports.ts';

/** The groups as AWS names them, `output` and `error` below each. */
export const LOG_GROUPS: Readonly<Record<Kind, string>> = {
  pythonshell: '/aws-glue/python-jobs',
  glueetl: '/aws-glue/jobs',
};

export const IMAGES: Readonly<Record<Kind, string>> = {
  pythonshell: 'telar/glue-pythonshell:3.9',
  glueetl: 'telar/glue-spark:5.0',
};

/** Which libraries a run can be given, by how their files end. */
const LIBRARIES = /\.(py|zip|egg|whl)$/;

export type PlannedRun = { id: string; job: Job; request: StartInput; place: Place };

/** @throws InvalidInputException */
export function orderOf({ id, job, request, place }: PlannedRun): RunOrder {
  const kind = kindOf(job);
  const name = job.Name!;
  const given = merged(job.DefaultArguments, request.Arguments, job.NonOverridableArguments);
  const modules = listed(given['--additional-python-modules']);
  const group = LOG_GROUPS[kind];
  const { size } = capacityOfRun(job, request);
  return {
    arn: orderArn(place, name, id),
    name: `${name}/${shortRun(id)}`,
    roleArn: roleArnOf(place, job.Role!),
    image: IMAGES[kind],
    command: 'glue',
    inputs: inputsOf(job, given, modules),
    configuration: {
      ...{ kind, modules, conf: given['--conf'] ?? '', cpus: size.cpus, memoryBytes: size.memoryBytes },
      arguments:
        kind === 'glueetl'
          ? { '--JOB_ID': jobIdOf(place, name), '--JOB_RUN_ID': id, '--JOB_NAME': name, ...given }
          : given,
    },
    environment: { GLUE_PYTHON_VERSION: kind === 'glueetl' ? '3' : (job.Command?.PythonVersion ?? '3.9') },
    timeoutSeconds: (request.Timeout ?? job.Timeout!) * 60,
    size,
    logs: { output: `${group}/output`, error: `${group}/error`, stream: id },
  };
}

/** Enough of a run's id to tell it from others. @example 'jr_0123456789ab…_attempt_1' // 'jr_01234567_attempt_1' */
const shortRun = (id: string): string => id.replace(/^(jr_[0-9a-f]{8})[0-9a-f]*/, '$1');

/** Scripts take it for an opaque text. */
const jobIdOf = (place: Place, name: string): string => jobArn(place, name);

function inputsOf(job: Job, given: Arguments, modules: readonly string[]): RunOrder['inputs'] {
  const libraries = objectsOf('--extra-py-files', given);
  const strange = libraries.find((uri) => !LIBRARIES.test(uri));
  if (strange !== undefined) {
    throw glueErrors.invalid(
      `--extra-py-files lists .py, .zip, .egg and .whl files, and '${strange.slice(-80)}' is none.`,
    );
  }
  const wheels = modules.filter((module) => /^s3[an]?:/.test(module));
  const notWheel = wheels.find((uri) => !parseS3(uri) || !uri.endsWith('.whl'));
  if (notWheel !== undefined) {
    throw glueErrors.invalid(
      `--additional-python-modules takes .whl files from S3, and '${notWheel.slice(-80)}' is none.`,
    );
  }
  const each = (kind: string, uris: readonly string[]) =>
    uris.map((uri, index) => ({
      name: `${kind} ${index}`,
      uri: s3Uri(parseS3(uri)!),
      folder: `glue/${kind}/${index}`,
    }));
  return [
    ...each('script', [job.Command!.ScriptLocation!]),
    ...each('libraries', libraries),
    ...each('files', objectsOf('--extra-files', given)),
    ...each('modules', wheels).map((input) => ({ ...input, folder: 'glue/modules' })),
  ];
}
