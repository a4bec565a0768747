/**
 * The verbs and their options. Each verb's code is loaded when it is called, so that help and small verbs start at once.
 *
 * G1. commander's own errors are misuse: exit status 2.
 */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { type Context, type Globals, makeContext } from './context.ts';
import type { ExitStatus } from './errors.ts';

/** @param finish receives the exit status of the verb that ran */
export function createProgram(finish: (status: ExitStatus) => void): Command {
  const program = new Command('telar')
    .description('Runs a whole MLOps system on this machine, speaking AWS.')
    .version(version(), '-V, --version')
    .option('--json', 'one JSON document a line: events, then the result')
    .option('--data <folder>', 'the data folder (default: TELAR_DATA, else the nearest .telar)')
    .option('--project <folder>', 'the folder of telar.config.ts (default: the nearest, upwards)')
    .option('--url <address>', 'the server (default: the one that runs on the data folder)')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showHelpAfterError("(add --help for what can be said, or see 'telar --help')")
    .exitOverride();
  const add = adder(program, program, finish);
  serverVerbs(add);
  projectVerbs(add);
  executionVerbs(add);
  registryVerbs(add);
  scheduleVerbs(within(program, finish));
  accessVerbs(within(program, finish));
  careVerbs(add);
  return program;
}

type Add = <Args extends unknown[]>(
  signature: string,
  description: string,
  verb: (context: Context, ...args: Args) => Promise<ExitStatus> | ExitStatus,
) => Command;

type Finish = (status: ExitStatus) => void;

/** @param parent the command that the verbs are added to: the program itself, or one of its nouns */
function adder(program: Command, parent: Command, finish: Finish): Add {
  return <Args extends unknown[]>(
    signature: string,
    description: string,
    verb: (context: Context, ...args: Args) => Promise<ExitStatus> | ExitStatus,
  ): Command =>
    parent
      .command(signature)
      .description(description)
      .exitOverride()
      .action(async (...given: unknown[]) => {
        // commander hands over the arguments, the verb's options, and the command.
        const args = given.slice(0, -1) as Args;
        finish(await verb(makeContext(program.opts<Globals>()), ...args));
      });
}

/** Verbs of two words: `telar keys list`. */
function within(program: Command, finish: Finish) {
  return (noun: string, description: string): Add =>
    adder(program, program.command(noun).description(description).exitOverride(), finish);
}

function accessVerbs(on: (noun: string, description: string) => Add): void {
  const policies = on('policy', 'what policies allow');
  policies(
    'explain',
    'whether someone may do something, and which statement decides it',
    async (context, principal: string, action: string, resource: string | undefined, options: object) =>
      (await import('./verbs/policy.ts')).explain(context, principal, action, resource, options),
  )
    .argument('<principal>', 'an ARN, user/NAME or role/NAME')
    .argument('<action>', 'such as s3:GetObject')
    .argument('[resource]', 'an ARN (default: *)')
    .option('-c, --context <key=value>', 'a condition key of the request; may be given several times', several);
  const keys = on('keys', "users' access keys");
  const verbs = () => import('./verbs/keys.ts');
  keys('list', "a user's access keys", async (context, user: string) =>
    (await verbs()).listKeys(context, user),
  ).argument('<user>', "the user's name");
  keys(
    'rotate',
    'replace the access key of a user: make the second, and switch the first off once the second is in use',
    async (context, user: string, options: object) => (await verbs()).rotate(context, user, options),
  )
    .argument('<user>', "the user's name")
    .option('--now', 'switch the old key off without waiting for the new one to be used')
    .option('--delete-old', 'delete the old key instead of switching it off')
    .option('--profile <name>', 'write the new key to this profile of ~/.aws/credentials');
}

function serverVerbs(add: Add): void {
  add('up', 'run the server', async (context, options: object) => (await import('./verbs/up.ts')).up(context, options))
    .option('--detach', 'in the background')
    .option('--open', 'open the console in the browser (default: at a terminal of a desktop)')
    .option('--no-open', 'do not open it')
    .option('--port <number>', 'the port to listen on; 0 takes any free one (default: 4566)')
    .option('--auth <mode>', 'sigv4, or off: every caller is the administrator (default: sigv4)')
    .option('--account <id>', 'the account of a new data folder, twelve digits')
    .option('--containers <engine>', "auto, or docker: the machine's Docker runs all container images (default: auto)")
    .option(
      '--registries <file>',
      "credentials for registries, as Docker's config.json (default: registries.json in the data folder)",
    )
    .option('--cpus <number>', 'processors that jobs may have (default: those of the machine)')
    .option('--memory <GB>', "memory that jobs may have (default: nine tenths of the machine's)")
    .option('--promise <times>', 'how many times over these are promised to jobs at a time (default: 2)')
    .option(
      '--smtp <url>',
      'the mail server for notifications, such as smtp://user@host:587 (default: TELAR_SMTP_URL, else none)',
    )
    .option('--mail-from <address>', 'whom mails are from (default: TELAR_MAIL_FROM)')
    .option(
      '--notification-links <where>',
      "local, or aws: links in notifications have SNS's own names (default: local)",
    )
    .option('--network <which>', "machine, or telar: jobs reach Telar's server and nothing else (default: machine)")
    .option(
      '--missed-schedules <policy>',
      'run-once or skip: schedules that fell due while no server ran (default: run-once)',
    )
    .option(
      '--images <folder>',
      "where the images' environments are kept (default: TELAR_IMAGES, else in the data folder)",
    );
  add('console', 'a link that signs in to the console', async (context, options: object) =>
    (await import('./verbs/console.ts')).consoleVerb(context, options),
  ).option('--open', 'open it in the browser');
  add(
    'images',
    'container images of your own: list, import, pull, remove',
    async (context, action: string, what: string | undefined, options: object) =>
      (await import('./verbs/images.ts')).images(context, action, what, options),
  )
    .argument('[action]', 'list, import, pull, or remove', 'list')
    .argument('[what]', "an image's URI; for import an OCI layout or a tar archive")
    .option('--as <uri>', 'with import: the URI that jobs name the image by');
  add('down', 'stop the server in the background', async (context) => (await import('./verbs/up.ts')).down(context));
  reaching(
    add(
      'shell',
      'a shell, or one command, in which AWS clients reach this server: telar shell -- python train.py',
      async (context, command: string[], options: object) =>
        (await import('./verbs/shell.ts')).shell(context, command, options),
    ).argument('[command...]', 'a command and its arguments, after -- (default: a shell as yours is)'),
  );
  reaching(
    add('env', 'print what AWS clients need: eval "$(telar env)"', async (context, options: object) =>
      (await import('./verbs/env.ts')).env(context, options),
    ),
  )
    .option('--format <which>', 'for which reader: posix (bash, zsh, sh), fish, or dotenv (default: posix)')
    .option('--undo', 'print what takes it back');
}

/** What `shell` and `env` have in common. */
function reaching(command: Command): Command {
  return command
    .option('--profile <name>', 'keys by a profile of this name, in files of the data folder, instead of variables')
    .option('--region <name>', "the region (default: the data folder's, us-east-1)")
    .option('--offline', "refuse all hosts but AWS's, which this server answers")
    .option('--no-proxy', 'set no proxy and no certificates: addresses of AWS written into code are not answered');
}

function scheduleVerbs(on: (noun: string, description: string) => Add): void {
  const schedule = on('schedule', 'what runs by itself, and when');
  const verbs = () => import('./verbs/schedule.ts');
  const which = "a schedule's name, GROUP/NAME, the name of a rule that has a schedule, or an ARN";
  schedule('list', 'all schedules, and rules that have one, with the time of their next run', async (context) =>
    (await verbs()).listSchedules(context),
  );
  schedule('enable', 'let it run', async (context, meant: string) =>
    (await verbs()).switchSchedule(context, 'ENABLED', meant),
  ).argument('<schedule>', which);
  schedule('disable', 'keep it from running', async (context, meant: string) =>
    (await verbs()).switchSchedule(context, 'DISABLED', meant),
  ).argument('<schedule>', which);
  schedule('next', 'the times of its next runs', async (context, meant: string, options: object) =>
    (await verbs()).nextRuns(context, meant, options),
  )
    .argument('<schedule>', which)
    .option('-n, --count <number>', 'how many (default: 5)');
}

function projectVerbs(add: Add): void {
  add('init', 'make a new project', async (context, folder: string | undefined) =>
    (await import('./verbs/init.ts')).init(context, folder),
  ).argument('[folder]', 'where (default: the working folder)');
  add('publish', 'bring the server to what the project says, the difference first', async (context, options: object) =>
    (await import('./verbs/publish.ts')).publishVerb(context, options),
  )
    .option('--dry-run', 'show the difference only')
    .option('--prune', 'delete what the project no longer names, but for buckets, roles, pipelines and models');
  add(
    'export',
    'write the project for AWS: a Terraform module and pipeline definitions',
    async (context, options: object) => (await import('./verbs/export.ts')).exportVerb(context, options),
  )
    .option('--out <folder>', 'where (default: terraform, in the project)')
    .option('--region <name>', "the region to write it for (default: the project's, else us-east-1)")
    .option('--bucket <name>', "the bucket's name on AWS (default: the project's)")
    .option('--objects <folder>', 'write there, too, what is uploaded: data, the code bundle, start parameters')
    .option('--check', 'write nothing; exit status 1 when the folder is not what would be written');
  add(
    'run',
    'publish the project and run a pipeline or a state machine',
    async (context, name: string | undefined, options: object) =>
      (await import('./verbs/run.ts')).run(context, name, options),
  )
    .argument('[name]', "which (default: the project's only pipeline, or, without any, its only state machine)")
    .option(
      '-p, --parameter <Name=Value>',
      "a parameter, or a member of a machine's input; may be given several times",
      several,
    )
    .option('--input <json>', "a machine's input: JSON, or a file that holds it (default: the project's)")
    .option('--no-publish', 'start it as the server has it')
    .option('--detach', 'do not watch it');
}

function executionVerbs(add: Add): void {
  const which = 'an ARN, an id, or a pipeline or state machine for its newest (default: the newest of all)';
  const executions = () => import('./verbs/executions.ts');
  add('status', 'how an execution stands', async (context, meant: string | undefined, options: object) =>
    (await executions()).status(context, meant, options),
  )
    .argument('[execution]', which)
    .option('--list', 'list executions instead, of one pipeline or state machine, or of all')
    .option('-f, --follow', 'watch it to its end');
  add(
    'history',
    "the events of a state machine's execution",
    async (context, meant: string | undefined, options: object) =>
      (await import('./verbs/history.ts')).history(context, meant, options),
  )
    .argument('[execution]', which)
    .option('--reverse', 'the newest first')
    .option('--limit <number>', 'so many events at most (default: all)')
    .option('--no-data', 'without inputs and outputs');
  add(
    'logs',
    "a step's, a state's or a job's log, or what a state machine logged",
    async (context, meant: string, options: object) => (await import('./verbs/logs.ts')).logs(context, meant, options),
  )
    .argument('<what>', "a step's or state's name, a job's name or ARN, or a state machine or one of its executions")
    .option('--execution <execution>', which)
    .option('--host <name>', 'of a job with several hosts: which one (default: algo-1)')
    .option('-f, --follow', 'until the job ends');
  add('top', 'the jobs under way and what they use', async (context, options: object) =>
    (await import('./verbs/top.ts')).top(context, options),
  ).option('--once', 'print it once');
  add('stop', 'stop an execution', async (context, meant: string | undefined) =>
    (await executions()).stop(context, meant),
  ).argument('[execution]', which);
  add(
    'retry',
    'go on with one that failed or was stopped',
    async (context, meant: string | undefined, options: object) => (await executions()).retry(context, meant, options),
  )
    .argument('[execution]', which)
    .option('--detach', 'do not watch it');
  add(
    'why',
    'why a step ran or was taken from the cache, or what became of a state',
    async (context, step: string, options: object) => (await executions()).why(context, step, options),
  )
    .argument('<step>', "the step's or the state's name")
    .option('--execution <execution>', which);
  add('evidence', 'write the record of a run', async (context, meant: string | undefined, options: object) =>
    (await import('./verbs/evidence.ts')).evidence(context, meant, options),
  )
    .argument('[execution]', which)
    .option('--out <folder>', 'where (default: evidence/<execution>)');
}

function registryVerbs(add: Add): void {
  const registry = () => import('./verbs/models.ts');
  const which = 'an ARN, GROUP/VERSION, or a group (default: the newest that waits)';
  add('models', 'the registered models', async (context, group: string | undefined) =>
    (await registry()).models(context, group),
  ).argument('[group]', 'one model package group only');
  add('approve', 'approve a model', async (context, meant: string | undefined, options: object) =>
    (await registry()).decide(context, 'Approved', meant, options),
  )
    .argument('[model]', which)
    .option('-m, --message <text>', 'why: kept with the model');
  add('reject', 'reject a model', async (context, meant: string | undefined, options: object) =>
    (await registry()).decide(context, 'Rejected', meant, options),
  )
    .argument('[model]', which)
    .option('-m, --message <text>', 'why: kept with the model');
  add('predict', 'score a CSV file with the approved model', async (context, file: string, options: object) =>
    (await import('./verbs/predict.ts')).predict(context, file, options),
  )
    .argument('<file>', 'a CSV file')
    .option('--group <name>', "the model package group (default: the project's)")
    .option('--output <file>', 'where the predictions are written (default: FILE.predictions.csv, beside it)')
    .option('--no-header', 'the first line is a row, and no header');
}

function careVerbs(add: Add): void {
  add(
    'doctor',
    'check this machine, or say what went wrong in an execution',
    async (context, meant: string | undefined) => (await import('./verbs/doctor.ts')).doctor(context, meant),
  ).argument('[execution]', 'an ARN, an id, or a pipeline or state machine for its newest');
  add('fsck', 'check the data folder; the server must not run', async (context) =>
    (await import('./verbs/fsck.ts')).fsck(context),
  );
  add(
    'outbox',
    'mails that notifications have become: list, show ID, confirm ID',
    async (context, action: string, which: string | undefined) =>
      (await import('./verbs/outbox.ts')).outbox(context, action, which),
  )
    .argument('[action]', 'list, show, or confirm', 'list')
    .argument('[id]', "a mail's number");
  add('gc', 'free what nobody can reach any more', async (context, options: object) =>
    (await import('./verbs/gc.ts')).gc(context, options),
  )
    .option('--dry-run', 'say what would be freed, and free nothing')
    .option('--keep-days <number>', 'keep what was deleted or overwritten in so many days (default: 30)');
}

function several(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
