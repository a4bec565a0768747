/**
 * A run's arguments: how those of the job and of the run come together, and what Glue's own among them do here. Of these, each is
 * honoured, has nothing to do on one machine, or is refused by name.
 * https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
 *
 * A1. What is not Glue's own is the script's, whatever it is called and holds.
 */
import { parseS3 } from './addresses.ts';
import { glueErrors } from './errors.ts';

export type Arguments = Readonly<Record<string, string>>;

/** What all names and values of a run may come to, in bytes: they have to fit a process's arguments. */
export const MOST_BYTES = 256 * 1024;

type Rule = 'kept' | { refused: string } | { only: readonly string[]; advice: string };

const refuse = (advice: string): Rule => ({ refused: advice });
const only = (advice: string, ...values: string[]): Rule => ({ only: values, advice });

const OWN: Readonly<Record<string, Rule>> = {
  // Honoured, in plan.ts and by the programs of the image.
  '--additional-python-modules': 'kept',
  '--extra-py-files': 'kept',
  '--extra-files': 'kept',
  '--TempDir': 'kept',
  '--conf': 'kept',
  '--class': refuse('It names a class of Scala: only Python scripts run here.'),
  '--scriptLocation': refuse("Name the script in the job's Command."),
  '--job-language': only('Only Python scripts run here.', 'python'),
  '--job-bookmark-option': only(
    'Keep what was read already in the script, or in the names of its outputs.',
    'job-bookmark-disable',
  ),
  '--job-bookmark-from': refuse('There are no job bookmarks.'),
  '--job-bookmark-to': refuse('There are no job bookmarks.'),
  '--extra-jars': refuse('Only what PySpark brings is there.'),
  '--user-jars-first': refuse('Only what PySpark brings is there.'),
  '--datalake-formats': refuse('Write Parquet, CSV or JSON.'),
  '--python-modules-installer-option': refuse('Pin versions in --additional-python-modules.'),
  '--enable-glue-datacatalog': only('There is no Data Catalog: read and write by s3:// paths.', 'false'),
  '--enable-lakeformation-fine-grained-access': only('There is no Lake Formation.', 'false'),
  // On one machine, with all output in its logs, these have nothing to do.
  ...Object.fromEntries(
    [
      ...['--enable-metrics', '--enable-observability-metrics', '--enable-job-insights', '--enable-auto-scaling'],
      ...['--enable-continuous-cloudwatch-log', '--enable-continuous-log-filter', '--continuous-log-logGroup'],
      ...['--continuous-log-logStreamPrefix', '--continuous-log-conversionPattern', '--enable-spark-ui'],
      ...['--spark-event-logs-path', '--enable-s3-parquet-optimized-committer', '--enable-rename-algorithm-v2'],
      ...['--write-shuffle-files-to-s3', '--write-shuffle-spills-to-s3', '--executor-cores', '--library-set'],
      '--python-version',
    ].map((name) => [name, 'kept'] as const),
  ),
  // Glue's own business, as AWS documents it.
  ...Object.fromEntries(
    ['--debug', '--mode', '--JOB_NAME', '--endpoint'].map(
      (name) => [name, refuse('Glue itself sets it: leave it out.')] as const,
    ),
  ),
};

/** @throws InvalidInputException for what is refused by name, and for what is too much */
export function checkArguments(given: Arguments | undefined): void {
  let bytes = 0;
  for (const [name, value] of Object.entries(given ?? {})) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    if (`${name}${value}`.includes('\0'))
      throw glueErrors.invalid(`The argument '${shown(name)}' holds a NUL character.`);
    checkRule(name, value, Object.hasOwn(OWN, name) ? OWN[name] : undefined);
  }
  if (bytes > MOST_BYTES) {
    throw glueErrors.invalid(
      `The arguments have ${bytes} bytes, and a run takes ${MOST_BYTES}. Put what is long into an object, and pass its address.`,
    );
  }
}

function checkRule(name: string, value: string, rule: Rule | undefined): void {
  if (rule === undefined || rule === 'kept') return;
  if ('refused' in rule) throw glueErrors.unsupported(`the argument ${name}`, rule.refused);
  if (!rule.only.includes(value)) throw glueErrors.unsupported(`${shown(value)} as ${name}`, rule.advice);
}

const shown = (text: string) => (text.length <= 80 ? text : `${text.slice(0, 79)}…`);

/**
 * The run's own over the job's; what may not be overridden over both.
 *
 * @throws InvalidInputException
 */
export function merged(
  defaults: Arguments | undefined,
  run: Arguments | undefined,
  fixed: Arguments | undefined,
): Arguments {
  const all = { ...defaults, ...run, ...fixed };
  checkArguments(all);
  return all;
}

/** The parts of a list that commas separate. */
export function listed(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** The addresses of objects that an argument lists. @throws InvalidInputException */
export function objectsOf(name: string, given: Arguments): string[] {
  const uris = listed(given[name]);
  for (const uri of uris) {
    if (!parseS3(uri))
      throw glueErrors.invalid(`${name} lists s3:// addresses of objects, and '${shown(uri)}' is none.`);
  }
  return uris;
}
