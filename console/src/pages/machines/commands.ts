/** The command lines that do what these pages do. Pure. */

/** As a shell of Unix takes it, whatever it holds. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

const line = (...words: (string | undefined)[]): string => words.filter((word) => word !== undefined).join(' ');

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
  testState: (arn: string, state: string, input: string) =>
    line(
      'aws stepfunctions test-state --definition',
      `"$(aws stepfunctions describe-state-machine-for-execution --execution-arn ${quoted(arn)} --query definition --output text)"`,
      ...['--state-name', quoted(state), '--inspection-level DEBUG --input', quoted(input)],
    ),
};

/** @example nameOf('arn:aws:states:us-east-1:000000000000:stateMachine:titanic') // 'titanic' */
export const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);
