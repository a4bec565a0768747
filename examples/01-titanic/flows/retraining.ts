/** What starts a training by itself, and who is told when a flow is stopped from outside. */
import { defineRole, defineRule, topicArn } from 'telar';
import { bucket } from '../modelbuild.ts';
import { alerts } from './alerts.ts';
import { training, trainingInput } from './training.ts';

export const retrainingRole = defineRole({
  name: 'titanic-retraining-role',
  description: 'The rules that start the training flow.',
  service: 'events.amazonaws.com',
  policies: {
    start: [
      {
        Effect: 'Allow',
        Action: 'states:StartExecution',
        Resource: ({ region, account }) => `arn:aws:states:${region}:${account}:stateMachine:${training.name}`,
      },
    ],
  },
});

const target = { machine: training, role: retrainingRole, input: trainingInput };

export const retraining = [
  defineRule({
    name: 'titanic-weekly',
    description: 'Trains every week.',
    schedule: 'rate(7 days)',
    // One that fell due while the server was down runs once, late.
    missed: 'run-once',
    targets: [target],
  }),
  defineRule({
    name: 'titanic-new-data',
    description: 'Trains when data arrives.',
    pattern: {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [bucket] }, object: { key: [{ prefix: 'raw/' }] } },
    },
    targets: [target],
  }),
  // A flow whose task fails tells of it by itself. One that is aborted, runs out of time, has more data than an execution may, or
  // fails in a state that has no Catch (a Choice, what a state assigns or answers) cannot.
  defineRule({
    name: 'titanic-flow-stopped',
    description: 'Alerts when a flow ends in a way that it cannot tell of itself.',
    pattern: {
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: {
        stateMachineArn: [{ suffix: ':titanic-training' }, { suffix: ':titanic-inference' }],
        $or: [
          { status: ['ABORTED', 'TIMED_OUT'] },
          { status: ['FAILED'], error: ['States.Runtime', 'States.DataLimitExceeded'] },
          // As Step Functions begins it; what was caught begins with the name of its state.
          { status: ['FAILED'], cause: [{ prefix: 'An error occurred while executing the state' }] },
        ],
      },
    },
    targets: [
      {
        arn: topicArn(alerts),
        template: {
          paths: {
            status: '$.detail.status',
            execution: '$.detail.executionArn',
            error: '$.detail.error',
            cause: '$.detail.cause',
          },
          text: '"A flow was stopped: <status>. Execution: <execution>"\n"Error: <error>"\n"Cause: <cause>"\n"Logs: none: the history of the execution names its states"',
        },
      },
    ],
  }),
];
