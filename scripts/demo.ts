/**
 * `npm run demo`: the main job, end to end, by one command. Starts a server in the background (or uses the one that runs on
 * the data folder), then does what `telar run training` and `telar run inference` do in examples/01-titanic.
 *
 *   npm run demo                        clean, train, evaluate, gate, register, approve; predict with the approved model
 *   npm run demo -- --threshold 0.99    the gate refuses, and an alert says why
 *   npm run demo -- --stop              stop the server afterwards, if this started it
 *
 * It owns nothing but the order of things: each is a verb of `telar` (src/cli).
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Clients } from '../src/cli/aws.ts';
import { runningServer } from '../src/cli/connection.ts';
import { type Context, makeContext } from '../src/cli/context.ts';
import { codeOf, describeError, type ExitStatus, misuse } from '../src/cli/errors.ts';
import { printReport } from '../src/cli/execution/report.ts';
import { table } from '../src/cli/render/text.ts';
import { run } from '../src/cli/verbs/run.ts';
import { clients, currentReport } from '../src/cli/verbs/shared.ts';
import { down, health, startInBackground } from '../src/cli/verbs/up.ts';

const root = join(import.meta.dirname, '..');
const OPTIONS = {
  threshold: { type: 'string' },
  data: { type: 'string' },
  port: { type: 'string' },
  images: { type: 'string' },
  stop: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

type Options = { threshold?: string; data?: string; port?: string; images?: string; stop: boolean; json: boolean };

function options(): Options {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    const known = Object.keys(OPTIONS).map((name) => `--${name}`);
    throw misuse(`${(error as Error).message.split('. ')[0]}. The demo takes ${known.join(', ')}.`);
  }
}

/** Uses the server that runs on the data folder, or starts one; answers whether it was started here. */
async function ensureServer(context: Context, { port, images }: Options): Promise<boolean> {
  const { out, data } = context;
  const there = runningServer(data);
  if (there && (await health(there.url)) === there.pid) {
    out.line(`Using the server at ${out.style.accent(there.url)} (process ${there.pid}).`);
    return false;
  }
  const wanted = { detach: true, ...(images && { images }) };
  const server = await startInBackground(context, { ...wanted, ...(port && { port }) }).catch((error: unknown) => {
    if (port !== undefined || codeOf(error) !== 'NotStarted' || !/Port \d+.* is taken/.test(String(error))) throw error;
    out.line('Port 4566 is taken by another program: this server takes a free one.');
    return startInBackground(context, { ...wanted, port: '0' });
  });
  out.line(`Telar runs at ${out.style.accent(server.url)} in the background (process ${server.pid}).`);
  out.line(out.style.dim(`  data folder ${data.root}`));
  out.event({ event: 'server', url: server.url, pid: server.pid });
  return true;
}

/** Trains, and where the model was approved, predicts with it. */
async function flows(context: Context, threshold: string | undefined): Promise<ExitStatus> {
  const { out } = context;
  const heading = (text: string) => {
    out.line();
    out.line(out.style.bold(text));
  };
  const parameter = threshold === undefined ? [] : [`accuracyThreshold=${threshold}`];
  const trained = await run(context, 'training', { parameter });
  if (trained !== 0) return trained;
  const on = clients(context);
  const training = await newestOutput<Trained>(on, 'titanic-training');
  if (training.pipelineExecutionArn !== undefined) {
    heading('What the pipeline measured');
    printReport(out, await currentReport(on, training.pipelineExecutionArn));
  }
  if (!training.approved) {
    heading('The model was not approved, so nothing is predicted.');
    for (const reason of training.reasons) out.line(`  ${reason}`);
    const told = 'the mails: alerts such as this one, once their address is confirmed';
    out.lines(table([[`  ${out.command('outbox')}`, out.style.dim(told)]]));
    return 0;
  }
  const predicted = await run(context, 'inference', { publish: false });
  if (predicted !== 0) return predicted;
  const { first, rows, predictionsUri, manifestUri, modelPackageArn } = await newestOutput<Predicted>(
    on,
    'titanic-inference',
  );
  heading('The first predictions');
  const cells = first.map(({ PassengerId, probability }) => [`  ${PassengerId}`, probability.toFixed(6)]);
  out.lines(table([['  PassengerId', 'Probability of survival'].map(out.style.bold), ...cells]));
  if (rows > first.length) out.line(out.style.dim(`  and ${rows - first.length} more`));
  out.line();
  const facts = [
    ['Predictions', predictionsUri],
    ['Manifest', manifestUri],
    ['ModelPackageArn', modelPackageArn],
  ];
  out.lines(table(facts.map(([name, value]) => [`  ${out.style.dim(name!)}`, value!])));
  out.line();
  const file = 'examples/01-titanic/data/passengers.csv';
  const next = [
    [`  ${out.command(`predict ${file}`)}`, out.style.dim('score a file of yours with the approved model')],
  ];
  out.lines(table(next));
  out.result({ first, rows, predictionsUri, manifestUri, modelPackageArn });
  return 0;
}

type Trained = { approved: boolean; reasons: string[]; pipelineExecutionArn?: string };
type Predicted = {
  first: { PassengerId: string; probability: number }[];
  rows: number;
  predictionsUri: string;
  manifestUri: string;
  modelPackageArn: string;
};

/** Of a machine's newest execution. */
async function newestOutput<T>(on: Clients, machine: string): Promise<T> {
  const sfn = await on.sfn();
  const { Account } = await on.telar('DescribeServer', {});
  const stateMachineArn = `arn:aws:states:${on.connection.region}:${Account}:stateMachine:${machine}`;
  const { executions = [] } = await sfn.listExecutions({ stateMachineArn, maxResults: 1 });
  const { output = '{}' } = await sfn.describeExecution({ executionArn: executions[0]!.executionArn });
  return JSON.parse(output) as T;
}

async function demo(): Promise<ExitStatus> {
  const given = options();
  const { json, data } = given;
  const environment = { ...process.env, npm_command: 'run-script' };
  const globals = { json, project: join(root, 'examples/01-titanic') };
  const context = makeContext(
    { ...globals, ...(data && { data }) },
    { TELAR_DATA: join(root, '.telar'), ...environment },
  );
  const { out } = context;
  const started = await ensureServer(context, given);
  out.line();
  const status = await flows(context, given.threshold).finally(() => (started && given.stop ? down(context) : 0));
  if (!(started && given.stop)) {
    out.line();
    out.line('The server goes on running in the background.');
    out.lines(
      table([
        [`  ${out.command('console')}`, out.style.dim('a link to the console: all of this, in the browser')],
        [`  ${out.command('down')}`, out.style.dim('stops it')],
      ]),
    );
  }
  return status;
}

try {
  process.exitCode = await demo();
} catch (error) {
  const { message, exitStatus } = describeError(error);
  process.stderr.write(`The demo could not be finished. ${message}\n`);
  process.exitCode = exitStatus;
}
