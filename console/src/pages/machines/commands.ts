/** The command lines that do what these pages do. Pure. */
import { quoted } from '../../parts/shell.ts';

const line = (...words: (string | undefined)[]): string => words.filter((word) => word !== undefined).join(' ');

/** `arn` is an execution's or a machine's: whose definition has the state. */
type Tested = { arn: string; roleArn: string | undefined; state: string; input: string; mock: string };

function definitionOf(arn: string): string {
  return arn.includes(':stateMachine:')
    ? line('aws stepfunctions describe-state-machine --state-machine-arn', quoted(arn))
    : line('aws stepfunctions describe-state-machine-for-execution --execution-arn', quoted(arn));
}

export const commands = {
  /** The name of an execution is the caller's choice on AWS's command line alone. */
  start: (machineArn: string, name: string, input: string) =>
    name === ''
      ? line('telar run', quoted(nameOf(machineArn)), '--no-publish --input', quoted(input))
      : line(
          ...['aws stepfunctions start-execution --state-machine-arn', quoted(machineArn)],
          ...['--name', quoted(name), '--input', quoted(input)],
        ),
  stop: (arn: string) => line('telar stop', quoted(arn)),
  redrive: (arn: string) => line('telar retry', quoted(arn)),
  history: (arn: string) => line('telar history', quoted(arn)),
  why: (arn: string, state: string) => line('telar why', quoted(state), '--execution', quoted(arn)),
  testState: ({ arn, roleArn, state, input, mock }: Tested) =>
    line(
      ...['aws stepfunctions test-state --definition', `"$(${definitionOf(arn)} --query definition --output text)"`],
      ...['--state-name', quoted(state), '--inspection-level DEBUG --input', quoted(input)],
      roleArn === undefined ? undefined : line('--role-arn', quoted(roleArn)),
      mock === '' ? undefined : line('--mock', quoted(JSON.stringify({ result: mock }))),
    ),
};

/** @example nameOf('arn:aws:states:us-east-1:000000000000:stateMachine:titanic') // 'titanic' */
export const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);
