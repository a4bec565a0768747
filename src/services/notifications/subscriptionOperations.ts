/** The operations on subscriptions. */
import { type Access, type Call, type Operations, reads, streams, writes } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import {
  confirm,
  getAttributes,
  listAll,
  listByTopic,
  setAttributes,
  subscribe,
  unsubscribe,
} from './subscriptions.ts';

type SubscriptionNames =
  | 'Subscribe'
  | 'ConfirmSubscription'
  | 'Unsubscribe'
  | 'ListSubscriptions'
  | 'ListSubscriptionsByTopic'
  | 'GetSubscriptionAttributes'
  | 'SetSubscriptionAttributes';

const on =
  (action: string) =>
  ({ SubscriptionArn: resource }: { SubscriptionArn?: string | undefined }): Access[] => [
    { action: `SNS:${action}`, resource: resource! },
  ];

/** Whoever has the link of a message needs no credentials: what it names is the secret. */
const byLink =
  <I>(access: (input: I) => Access[]) =>
  (input: I, { principal }: Call): Access[] =>
    principal.kind === 'anonymous' ? [] : access(input);

export function subscriptionOperations(parts: Parts): Operations<Sdk, SubscriptionNames> {
  return {
    // What is subscribed may be sent something at once, and that is signed.
    Subscribe: streams(
      ({ TopicArn, Protocol, Endpoint }) => [
        {
          ...{ action: 'SNS:Subscribe', resource: TopicArn! },
          keys: () => ({ 'sns:Protocol': Protocol, 'sns:Endpoint': Endpoint }),
        },
      ],
      async (input, call) => {
        await parts.ports.signer.prepare();
        return call.commit(() => subscribe(parts, input, call));
      },
      { audit: 'management', readOnly: false },
    ),
    ConfirmSubscription: writes(
      byLink(({ TopicArn }) => [{ action: 'SNS:ConfirmSubscription', resource: TopicArn! }]),
      (input, call) => confirm(parts, input, call),
    ),
    Unsubscribe: writes(byLink(on('Unsubscribe')), ({ SubscriptionArn }, call) => {
      unsubscribe(parts, SubscriptionArn!, call);
      return {};
    }),
    ListSubscriptions: reads(
      () => [{ action: 'SNS:ListSubscriptions', resource: '*' }],
      (input, call) => listAll(parts, input, call),
    ),
    ListSubscriptionsByTopic: reads(
      ({ TopicArn }) => [{ action: 'SNS:ListSubscriptionsByTopic', resource: TopicArn! }],
      (input, call) => listByTopic(parts, input, call),
    ),
    GetSubscriptionAttributes: reads(on('GetSubscriptionAttributes'), ({ SubscriptionArn }, call) =>
      getAttributes(parts, SubscriptionArn!, call),
    ),
    SetSubscriptionAttributes: writes(on('SetSubscriptionAttributes'), (input, call) => {
      setAttributes(parts, input, call);
      return {};
    }),
  };
}
