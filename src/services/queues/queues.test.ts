/**
 * A queue and a model of it, side by side through random operations on a simulated clock: who gets which message, when it is
 * visible, in which order, and what is sent twice.
 */
import * as sqsSdk from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  memoryStore,
  perform,
  REGION,
  START,
  testCall,
  testWorld,
} from '../../../tests/support/operations.ts';
import { defineApi } from '../../protocol/models.ts';
import type { Operation } from '../../protocol/service.ts';
import { createQueuesService } from './index.ts';
import { migrations } from './store.ts';

const sqs = defineApi({
  ...{ name: 'sqs', signingNames: ['sqs'], protocol: 'json-1.0', version: '2012-11-05' },
  sdk: () => sqsSdk,
});

const RETENTION = 600;
const VISIBILITY = 30;
const DEDUPLICATED = 300;
const MOST_RECEIVES = 3;

type Step =
  | { do: 'send'; group: string; body: number; delay: number }
  | { do: 'receive'; most: number }
  | { do: 'delete' | 'release'; receipt: number }
  | { do: 'hide'; receipt: number; seconds: number }
  | { do: 'wait'; seconds: number }
  | { do: 'purge' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      ...{ group: fc.constantFrom('a', 'b', 'c'), body: fc.nat({ max: 6 }), delay: fc.constantFrom(0, 0, 20) },
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('receive' as const), most: fc.integer({ min: 1, max: 10 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('delete' as const, 'release' as const), receipt: fc.nat() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('hide' as const), receipt: fc.nat(), seconds: fc.constantFrom(5, 100) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(1, 10, 31, 31, 31, 290) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('purge' as const) }) },
);

type Kept = { id: string; body: string; group: string; sent: number; visible: number; receives: number };
type Receipt = { handle: string; id: string; receives: number };

/** What SQS is documented to do, in its simplest form. Times in seconds. */
function modelOf(fifo: boolean, dead: boolean) {
  let queue: Kept[] = [];
  const seen = new Map<string, { id: string; until: number }>();
  const isInFlight = (one: Kept, now: number) => one.receives > 0 && one.visible > now;
  return {
    /** Received as often as may be: a dead letter, as soon as somebody looks. */
    isWorn: ({ receives }: Kept) => dead && receives >= MOST_RECEIVES,
    sentBefore(body: string, now: number): string | undefined {
      const before = fifo ? seen.get(body) : undefined;
      return before && before.until > now ? before.id : undefined;
    },
    send(one: Kept, now: number) {
      queue.push(one);
      seen.set(one.body, { id: one.id, until: now + DEDUPLICATED });
    },
    /** In the order in which they were sent. */
    receivable(now: number): Kept[] {
      queue = queue.filter((one) => one.sent + RETENTION > now);
      if (!fifo) return queue.filter((one) => one.visible <= now);
      const blocked = new Set(queue.filter((one) => isInFlight(one, now)).map(({ group }) => group));
      return queue.filter(({ group }) => !blocked.has(group));
    },
    take(one: Kept, now: number) {
      one.receives += 1;
      one.visible = now + VISIBILITY;
    },
    find: ({ id, receives }: Receipt, now: number) =>
      queue.find((one) => one.id === id && one.receives === receives && one.sent + RETENTION > now),
    remove(one: Kept) {
      queue = queue.filter((other) => other !== one);
    },
    purge() {
      queue = [];
    },
  };
}

type Model = ReturnType<typeof modelOf>;

function open(fifo: boolean, dead: boolean) {
  const clock = { time: START };
  const world = testWorld(clock);
  const store = memoryStore([migrations], world);
  const none = { tagsOf: () => [], setTags() {}, removeTags() {}, removeTagsOfKeys() {} };
  const { service } = createQueuesService({
    ...{ api: sqs, store, world, account: ACCOUNT, endpointUrl: () => 'http://localhost', ports: none },
  });
  const call = <T>(name: string, input: object): Promise<T> =>
    perform(store, service.operations[name] as unknown as Operation<object, T>, input, testCall({ now: clock.time }));
  const create = (QueueName: string, Attributes: object) =>
    call<{ QueueUrl: string }>('CreateQueue', { QueueName, Attributes });
  const kind = fifo ? { FifoQueue: 'true', ContentBasedDeduplication: 'true' } : {};
  const suffix = fifo ? '.fifo' : '';
  return {
    ...{ clock, call },
    async urls() {
      const { QueueUrl: letters } = await create(`dead${suffix}`, kind);
      const deadLetterTargetArn = `arn:aws:sqs:${REGION}:${ACCOUNT}:dead${suffix}`;
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: MOST_RECEIVES });
      const attributes = { MessageRetentionPeriod: String(RETENTION), VisibilityTimeout: String(VISIBILITY) };
      const { QueueUrl: url } = await create(`q${suffix}`, {
        ...kind,
        ...attributes,
        ...(dead ? { RedrivePolicy } : {}),
      });
      return { url, letters };
    },
  };
}

type Received = { Messages?: { MessageId: string; Body: string; ReceiptHandle: string }[] };

type Run = Awaited<ReturnType<typeof begin>>;

async function begin(fifo: boolean, dead: boolean) {
  const { clock, call, urls } = open(fifo, dead);
  const receipts: Receipt[] = [];
  const worn = new Set<string>();
  return { clock, call, ...(await urls()), model: modelOf(fifo, dead) as Model, receipts, worn, fifo };
}

async function play(steps: readonly Step[], fifo: boolean, dead: boolean): Promise<void> {
  const run = await begin(fifo, dead);
  for (const one of steps) await PLAYED[one.do](run, one as never, run.clock.time / 1000);
  const { Messages = [] } = await run.call<Received>('ReceiveMessage', {
    QueueUrl: run.letters,
    MaxNumberOfMessages: 10,
  });
  for (const { MessageId } of Messages) expect(run.worn).toContain(MessageId);
}

/** Of each step: what is done, and that it led to what the model says. */
const PLAYED: { [D in Step['do']]: (run: Run, step: Extract<Step, { do: D }>, now: number) => Promise<void> } = {
  async send({ call, url: QueueUrl, model, fifo }, { body: number, group, delay }, now) {
    const body = `body ${number}`;
    const asked = fifo ? { MessageGroupId: group } : { DelaySeconds: delay };
    const { MessageId: id } = await call<{ MessageId: string }>('SendMessage', {
      QueueUrl,
      MessageBody: body,
      ...asked,
    });
    const before = model.sentBefore(body, now);
    if (before !== undefined) return expect(id).toBe(before);
    model.send({ id, body, group, sent: now, visible: now + (fifo ? 0 : delay), receives: 0 }, now);
  },
  async receive({ call, url: QueueUrl, model, receipts, worn, fifo }, { most }, now) {
    const { Messages = [] } = await call<Received>('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: most });
    let may = model.receivable(now).filter((kept) => !model.isWorn(kept));
    for (const { MessageId, ReceiptHandle } of Messages) {
      const kept = may.find(({ id }) => id === MessageId);
      if (!kept) return expect.fail(`${MessageId} could not be received`);
      if (fifo) expect(may.find(({ group }) => group === kept.group)?.id).toBe(MessageId);
      may = may.filter((other) => other !== kept);
      model.take(kept, now);
      if (model.isWorn(kept)) worn.add(kept.id);
      receipts.push({ handle: ReceiptHandle, id: MessageId, receives: kept.receives });
    }
    if (Messages.length < most) expect(may).toEqual([]);
  },
  async delete({ call, url: QueueUrl, model, receipts, fifo }, { receipt: number }, now) {
    const receipt = receipts[number % receipts.length];
    if (!receipt) return;
    const kept = model.find(receipt, now);
    const work = call('DeleteMessage', { QueueUrl, ReceiptHandle: receipt.handle });
    // A worn one may have been buried.
    if (fifo && kept && kept.visible <= now) await work.catch(({ message }) => expect(message).toContain('expired'));
    else await work;
    if (kept && !(fifo && kept.visible <= now)) model.remove(kept);
  },
  release: (run, { receipt }, now) => PLAYED.hide(run, { do: 'hide', receipt, seconds: 0 }, now),
  async hide({ call, url: QueueUrl, model, receipts }, { receipt: number, seconds }, now) {
    const receipt = receipts[number % receipts.length];
    if (!receipt) return;
    const kept = model.find(receipt, now);
    const asked = { QueueUrl, ReceiptHandle: receipt.handle, VisibilityTimeout: seconds };
    const work = call('ChangeMessageVisibility', asked);
    if (!kept || kept.visible <= now) await expect(work).rejects.toThrow('not available for visibility timeout change');
    else {
      await work;
      kept.visible = now + seconds;
    }
  },
  async wait({ clock }, { seconds }) {
    clock.time += seconds * 1000;
  },
  async purge({ call, url: QueueUrl, model }) {
    await call('PurgeQueue', { QueueUrl });
    model.purge();
  },
};

describe.each([
  ['a standard queue', false, false],
  ['a standard queue with dead letters', false, true],
  ['a FIFO queue', true, false],
  ['a FIFO queue with dead letters', true, true],
] as const)('%s', (_, fifo, dead) => {
  it('does what its model does, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => play(steps, fifo, dead)),
      { numRuns: 25 },
    );
  });
});

it('a group is blocked until the last message of a batch is back or gone', () => {
  const send = (body: number): Step => ({ do: 'send', group: 'a', body, delay: 0 });
  const steps: Step[] = [send(1), send(2), { do: 'receive', most: 10 }, { do: 'hide', receipt: 0, seconds: 5 }];
  const again: Step[] = [
    { do: 'wait', seconds: 10 },
    { do: 'receive', most: 10 },
    { do: 'wait', seconds: 31 },
  ];
  return play([...steps, ...again, { do: 'receive', most: 10 }], true, false);
});
