/** What a person should look at in an export, in sentences. */
import { definitionsOf } from './definitions.ts';
import type { Settled } from './documents.ts';
import type { Places } from './places.ts';
import { reachRemarks } from './reach.ts';
import { markedPattern } from './rules.ts';
import { topicRemarks } from './topics.ts';

/** Of a server that is given no other. */
const TELAR_ACCOUNT = '000000000000';

export function remarksOf({ documents, leftBehind }: Places): string[] {
  const { name } = documents.bucket;
  const texts = textsOf(documents);
  const fixed = texts.flatMap(([subject, text]) =>
    text.includes(`:${TELAR_ACCOUNT}:`)
      ? [
          `Account ${TELAR_ACCOUNT} is named in ${subject}: it is Telar's own, and nobody's on AWS. Let the ARN follow the account: a function's is functionArn(fn), any other's ({ region, account }) => \`arn:…\`.`,
        ]
      : [],
  );
  const left = texts.flatMap(([subject, text]) =>
    leftBehind(text).map(
      (excerpt) =>
        `The bucket '${name}' is named in ${subject} outside of an S3 URI or ARN (…${excerpt}): there it stays, whatever var.bucket is. Write it as s3://${name}/… if it should follow.`,
    ),
  );
  return [...topicRemarks(documents), ...reachRemarks(documents), ...fixed, ...left];
}

/** All texts that may name the bucket, and of what they are. */
function textsOf(documents: Settled): [string, string][] {
  const { bucket, roles, functions = [], glueJobs = [], topics = [], queues = [], schedules, rules } = documents;
  return [
    ...definitionsOf(documents).map(({ subject, definition }): [string, string] => [subject, definition]),
    ...roles.flatMap(({ name, policies }) =>
      policies.map((policy): [string, string] => [
        `policy '${policy.name}' of role '${name}'`,
        JSON.stringify(policy.document),
      ]),
    ),
    ...functions.map(({ name, environment }): [string, string] => [
      `the environment of function '${name}'`,
      JSON.stringify(environment),
    ]),
    ...glueJobs.map(({ name, request: { DefaultArguments = {} } }): [string, string] => [
      `the arguments of Glue job '${name}'`,
      JSON.stringify(DefaultArguments),
    ]),
    ...queues.map(({ name, attributes }): [string, string] => [
      `the policy of queue '${name}'`,
      attributes['Policy'] ?? '',
    ]),
    ...topics.map(({ name, attributes, subscriptions }): [string, string] => [
      `topic '${name}'`,
      JSON.stringify([attributes['Policy'] ?? '', subscriptions]),
    ]),
    ...schedules.map(({ name, targetArn, input, parameters }): [string, string] => [
      `schedule '${name}'`,
      JSON.stringify([targetArn, input, parameters]),
    ]),
    ...rules.map(({ name, rule, targets }): [string, string] => [
      `rule '${name}'`,
      JSON.stringify([rule.EventPattern && markedPattern(rule.EventPattern, bucket.name), targets]),
    ]),
  ];
}
