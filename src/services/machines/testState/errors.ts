/** What TestState refuses, in AWS's words where they are on record. */
import { awsError } from '../../../protocol/errors.ts';

const validation = (message: string) => awsError('ValidationException', message);
const definition = (message: string) => awsError('InvalidDefinition', message);

export const testErrors = {
  noState: () => validation('State not found in definition'),
  untestable: () =>
    definition(
      'TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
    ),
  waits: () =>
    definition(
      'TestState API does not support Activity tasks, or the .sync and .waitForTaskToken integration patterns, when a mock is not specified.',
    ),
  refused: (sentence: string, state: string) =>
    definition(
      `Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: ${sentence} at /States/${state}/Resource'. Specify a mock to test the state without calling it.`,
    ),
  roleNeeded: () => validation('RoleArn must be specified when testing a Task state'),

  unmockable: (type: string) => validation(`State type '${type}' is not supported when a mock is specified`),
  mockedSecrets: () => validation('TestState does not support RevealSecrets when a mock is specified.'),
  oneMock: () => validation('A test mock should have exactly one of the following fields: [result, errorOutput].'),
  mockedError: () => validation("The field 'error' is required in the errorOutput of a mock."),
  mockedJson: () => validation('Mocked result must be valid JSON'),
  mockedList: () => validation('Mocked result must be an array.'),
  mockedBranches: () =>
    validation('Mocked result must contain the same number of items as number of Parallel branches.'),
  mockedResult: (sentence: string) => validation(sentence),
  withoutMock: (field: string) => validation(`TestState does not support ${field} when a mock is not specified.`),

  notOf: (field: string, type: string) =>
    validation(`TestState does not support ${field} for a state of type '${type}'.`),
  needsReader: () => validation('TestState does not support MapItemReaderData for a Map state that has no ItemReader.'),
  unreadable: (what: string) =>
    validation(
      `TestState does not read MapItemReaderData of ${what}, which is no text. Leave it out, and the items are not looked at.`,
    ),
  noInnerState: (name: string) =>
    validation(`The state '${name}' that ErrorCausedByState names is not within the tested state.`),
  tooManyFailures: () =>
    validation('Map iteration failure count must be less than or equal to the number of Map iterations'),

  context: (what: string) => validation(`Invalid Context object provided: ${what}`),
  object: (field: string) => validation(`${field} must be a valid JSON object`),
  tooLarge: (field: string, most: number) => validation(`${field} must not be larger than ${most} bytes of UTF-8`),
} as const;
