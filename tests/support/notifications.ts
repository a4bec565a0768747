/** The service on a store in memory, with what it is given of others played: for tests of what it sends to whom. */
import * as sdk from '@aws-sdk/client-sns';
import { deliveryMigrations } from '../../src/engine/deliveryStore.ts';
import { defineApi } from '../../src/protocol/models.ts';
import type { Call, InputOf, Operation, OutputOf } from '../../src/protocol/service.ts';
import type { Target } from '../../src/protocol/targets.ts';
import type { Sdk } from '../../src/services/notifications/context.ts';
import { createNotificationsService, notificationsMigrations } from '../../src/services/notifications/index.ts';
import type { Mail, Post } from '../../src/services/notifications/ports.ts';
import { memoryStore, perform, REGION, START, testCall, testWorld } from './operations.ts';

const api = defineApi({
  ...{ name: 'sns', signingNames: ['sns'], protocol: 'query', version: '2010-03-31' },
  sdk: () => sdk,
});

export type Sent = Target & { by: string; sourceArn: string | undefined };

export function harness({ mailServer = false } = {}) {
  const clock = { time: START };
  const world = testWorld(clock);
  const store = memoryStore([deliveryMigrations, notificationsMigrations], world);
  const sent: Sent[] = [];
  const posts: Post[] = [];
  const mails: Mail[] = [];
  const outcome = { send: (_target: Target): void => {}, post: async (): Promise<number> => 200, mail: async () => {} };
  const tags = new Map<string, { Key: string; Value: string }[]>();
  const made = createNotificationsService({
    ...{ api, store, world, account: testCall().account },
    ports: {
      send(target, call) {
        outcome.send(target);
        sent.push({ ...target, by: call.principal.arn, sourceArn: call.sourceArn });
      },
      callAsService: (region, sourceArn) =>
        testCall({
          region,
          sourceArn,
          principal: { ...testCall().principal, kind: 'service', arn: 'sns.amazonaws.com' },
        }),
      signer: { prepare: async () => {}, sign: (text, version) => `${version}:${text.length}` },
      links: (region) => ({ base: `https://${region}.test`, certificate: `https://${region}.test/key.pem` }),
      isOwnAddress: ({ port }) => port === '4566',
      async post(post) {
        posts.push(post);
        return outcome.post();
      },
      mail: mailServer
        ? {
            from: 'telar@example.com',
            async send(mail) {
              mails.push(mail);
              await outcome.mail();
            },
          }
        : undefined,
      tagsOf: (arn) => tags.get(arn) ?? [],
      setTags: (arn, given) => void tags.set(arn, given as { Key: string; Value: string }[]),
      removeTags: (arn) => void tags.delete(arn),
      removeTagsOfKeys: () => {},
    },
  });
  type Name = keyof typeof made.service.operations;
  return {
    ...{ clock, store, sent, posts, mails, outcome, made },
    topicArn: (name: string) => `arn:aws:sns:${REGION}:${testCall().account}:${name}`,
    ask<N extends string>(name: N, input: InputOf<Sdk, N>, call?: Partial<Call>): Promise<OutputOf<Sdk, N>> {
      const operation = made.service.operations[name as Name] as unknown as Operation<
        InputOf<Sdk, N>,
        OutputOf<Sdk, N>
      >;
      return perform(store, operation, input, testCall({ now: clock.time, ...call }));
    },
    rows: (table: string) => store.sql.all<Record<never, never>, Record<string, unknown>>(`SELECT * FROM ${table}`)({}),
  };
}

/** Until what is under way in the store, and outside, is over. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 60; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
