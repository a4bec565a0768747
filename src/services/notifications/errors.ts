/** What the notifications service refuses, in AWS's words where they are on record. */
import { type AwsError, awsError } from '../../protocol/errors.ts';

const invalid = (what: string): AwsError => awsError('InvalidParameter', `Invalid parameter: ${what}`);
const attribute = (what: string): AwsError => awsError('ParameterValueInvalid', what);
const notFound = (what: string): AwsError => awsError('NotFound', what, 404);

/** Telar has none of it, and says so rather than take it and do nothing. */
const unsupported = (name: string, instead: string): AwsError =>
  invalid(`${name} Reason: Telar does not support it. ${instead}`);

export const notificationErrors = {
  topicName: () => invalid('Topic Name'),
  fifoName: () =>
    invalid(
      'Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.',
    ),
  fifoOnly: (name: string) => invalid(`${name} Reason: it is for FIFO topics. Make one with FifoTopic=true.`),
  fixed: (name: string) => invalid(`${name} Reason: it is fixed when the topic is created`),
  arn: (parameter: string, text: string) =>
    invalid(`${parameter} Reason: An ARN must have at least 6 elements, not ${text.split(':').length}`),
  arnOf: (parameter: string) => invalid(parameter),
  missing: (parameter: string) => invalid(`${parameter} Reason: no value for required parameter`),
  noTopic: () => notFound('Topic does not exist'),
  otherAttributes: () => invalid('Attributes Reason: Topic already exists with different attributes'),
  otherTags: () => invalid('Tags Reason: Topic already exists with different tags'),
  tooManyTopics: (most: number) =>
    awsError('TopicLimitExceeded', `An account has at most ${most} topics in a region. Delete some first.`, 403),
  attributeName: () => invalid('AttributeName'),
  attributeValue: (name: string, value: string, taken: string) =>
    invalid(`Attributes Reason: ${name}: Invalid value [${value}]. Must be ${taken}.`),
  attributeTooLong: (name: string, most: number) =>
    invalid(`Attributes Reason: ${name}: it is longer than ${most} characters`),
  unsupported,

  policy: (problems: string) => invalid(`Policy Error: ${problems}`),
  label: (label: string) => invalid(`Label Reason: a statement labelled ${label} exists already`),
  noLabel: (label: string) => notFound(`Statement does not exist: ${label}`),
  actionOutOfScope: () => invalid('Policy statement action out of service scope!'),
  accountId: (text: string) => invalid(`AWSAccountId Reason: '${text}' is not an account's twelve digits`),

  protocol: (protocol: string) => invalid(`Amazon SNS does not support this protocol string: ${protocol}`),
  protocolLeftOut: (protocol: string) =>
    invalid(
      `Protocol Reason: Telar does not deliver by ${protocol}. It delivers by http, https, email, email-json, sqs and lambda.`,
    ),
  publishTo: (parameter: string) =>
    invalid(`${parameter} Reason: Telar does not send text messages or mobile pushes. Give a TopicArn.`),
  endpoint: (what: string) => invalid(what),
  subscriptionExists: () => invalid('Attributes Reason: Subscription already exists with different attributes'),
  tooManySubscriptions: (most: number) =>
    awsError(
      'SubscriptionLimitExceeded',
      `A topic has at most ${most} subscriptions here. Unsubscribe some first.`,
      403,
    ),
  noSubscription: () => notFound('Subscription does not exist'),
  subscriptionId: () => invalid('SubscriptionId'),
  token: () => invalid('Token'),
  authenticateFirst: () =>
    awsError(
      'AuthorizationError',
      'This subscription was confirmed with AuthenticateOnUnsubscribe: only a signed request may end it. Call Unsubscribe with credentials.',
      403,
    ),
  rawUnsupported: (protocol: string) =>
    invalid(`Attributes Reason: Delivery protocol [${protocol}] does not support raw message delivery.`),
  formatUnsupported: (what: string) => invalid(`Attributes Reason: TelarFormat: ${what}`),
  json: (name: string) => invalid(`${name}: failed to parse JSON.`),
  redrive: (what: string) => invalid(`RedrivePolicy: ${what}`),
  deliveryPolicy: (what: string) => invalid(`DeliveryPolicy: ${what}`),
  filter: (what: string) => invalid(`FilterPolicy: ${what}`),
  tooManyFilters: (most: number) =>
    awsError('FilterPolicyLimitExceeded', `A topic has at most ${most} filter policies. Remove some first.`, 403),

  emptyMessage: () => invalid('Empty message'),
  tooLong: () => invalid('Message too long'),
  subject: () => invalid('Subject'),
  structure: (what: string) => invalid(`Message Structure - ${what}`),
  messageStructure: () => invalid('MessageStructure'),
  attributeType: (name: string) =>
    attribute(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    ),
  attributeField: (name: string, type: string, field: string) =>
    attribute(`The message attribute '${name}' with type '${type}' must use field '${field}'.`),
  attributeEmpty: (name: string, type: string) =>
    attribute(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
    ),
  attributeNotANumber: (name: string) => attribute(`Could not cast message attribute '${name}' value to number.`),
  attributeNotAnArray: (name: string) =>
    attribute(
      `The message attribute '${name}' with type 'String.Array' must be a JSON array of strings, numbers, true, false or null.`,
    ),
  attributeNameText: (what: string) => invalid(what),
  groupRequired: () => invalid('The MessageGroupId parameter is required for FIFO topics'),
  deduplicationRequired: () =>
    invalid(
      'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    ),
  notOfThisTopic: (parameter: string) =>
    invalid(`${parameter} Reason: The request includes ${parameter} parameter that is not valid for this topic type`),
  fifoId: (parameter: string) => invalid(`${parameter} Reason: it is 1 to 128 letters, digits or punctuation marks`),

  batchEmpty: () => awsError('EmptyBatchRequest', "The batch request doesn't contain any entries."),
  batchTooMany: () =>
    awsError('TooManyEntriesInBatchRequest', 'The batch request contains more entries than permissible.'),
  batchIds: () => awsError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.'),
  batchId: () =>
    awsError(
      'InvalidBatchEntryId',
      "The Id of a batch entry in a batch request doesn't abide by the specification: up to 80 letters, digits, hyphens and underscores.",
    ),
  batchTooLong: () =>
    awsError('BatchRequestTooLong', 'The length of all the messages put together is more than the limit.'),

  noResource: () => awsError('ResourceNotFound', 'Resource does not exist', 404),
  tagKeys: (what: string) => invalid(`Tags Reason: ${what}`),
  tooManyTags: (most: number) =>
    awsError('TagLimitExceeded', `A topic has at most ${most} tags. Remove some with UntagResource first.`),
  nextToken: () => invalid('NextToken'),
} as const;
