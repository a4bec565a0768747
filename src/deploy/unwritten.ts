/** What of a project no Terraform is written for yet, each by its name, with what to do instead. */
import type { Documents } from './documents.ts';

type Named = readonly { readonly name: string }[];

export function unwritten(documents: Documents): string[] {
  const { bucket, glueJobs = [], topics = [], functions = [], rules = [], queues = [] } = documents;
  const each = (all: Named, says: (name: string) => string) => all.map(({ name }) => says(name));
  return [
    ...each(
      glueJobs,
      (name) =>
        `Glue job '${name}' is not written (aws_glue_job): Telar does not export Glue jobs yet. Create it with 'aws glue create-job'; its script is among the objects (--objects).`,
    ),
    ...each(
      topics,
      (name) =>
        `Topic '${name}' and its subscriptions are not written (aws_sns_topic, aws_sns_topic_subscription): Telar does not export topics yet. Create them with 'aws sns create-topic' and 'aws sns subscribe'.`,
    ),
    ...each(
      functions,
      (name) =>
        `Function '${name}' is not written (aws_lambda_function): Telar does not export functions yet. Create it with 'aws lambda create-function' before the machines that name it run.`,
    ),
    ...each(
      rules,
      (name) =>
        `Rule '${name}' and its targets are not written (aws_cloudwatch_event_rule, aws_cloudwatch_event_target): Telar does not export rules yet. Create them with 'aws events put-rule' and 'aws events put-targets'.`,
    ),
    ...each(
      queues,
      (name) =>
        `Queue '${name}' is not written (aws_sqs_queue): Telar does not export queues yet. Create it with 'aws sqs create-queue'.`,
    ),
    ...each(
      bucket.events ? [bucket] : [],
      (name) =>
        `That bucket '${name}' tells EventBridge of its objects is not written (aws_s3_bucket_notification). Say so with 'aws s3api put-bucket-notification-configuration'.`,
    ),
  ];
}
