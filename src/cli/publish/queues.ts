/**
 * Publishing queues: what the project says is set where it differs; numbers that it does not say stay, documents go.
 *
 * Q1. With `--prune`, queues that bear the project's tag and that it no longer names are deleted, with their messages; those of
 *     others never are.
 */
import type { QueueAttributeName, SQS } from '@aws-sdk/client-sqs';
import { canonicalJson } from '../../definition/pipeline/cacheKey.ts';
import type { Json } from '../../definition/pipeline/types.ts';
import type { QueueDocuments } from '../../sdk/index.ts';
import { everyPage, unlessMissing } from '../aws.ts';
import { failure } from '../errors.ts';
import type { Change } from './change.ts';
import { projectTags } from './resources.ts';

type Attributes = Readonly<Record<string, string>>;

export async function queueChange(sqs: SQS, queue: QueueDocuments, project: string): Promise<Change> {
  const { name, attributes } = queue;
  const there = await unlessMissing(sqs.getQueueUrl({ QueueName: name }));
  if (!there) {
    const tags = Object.fromEntries(projectTags(project).map(({ Key, Value }) => [Key, Value]));
    return {
      ...{ kind: 'queue', name, action: 'create', details: [] },
      apply: async () => void (await sqs.createQueue({ QueueName: name, Attributes: attributes, tags })),
    };
  }
  const { QueueUrl } = there;
  const { Attributes: set = {} }: { Attributes?: Attributes | undefined } = await sqs.getQueueAttributes({
    QueueUrl,
    AttributeNames: ['All'],
  });
  const differing = queueDifferences(name, set, attributes);
  if (differing.length === 0) return { kind: 'queue', name, action: 'same', details: [] };
  return {
    ...{ kind: 'queue', name, action: 'change' },
    details: differing.map(([key, value]) => `${key}: ${set[key] || 'none'} becomes ${value || 'none'}`),
    async apply() {
      const Attributes = Object.fromEntries(differing) as Partial<Record<QueueAttributeName, string>>;
      await sqs.setQueueAttributes({ QueueUrl, Attributes });
    },
  };
}

/** What is taken away where a project does not say it. */
const DOCUMENTS = ['Policy', 'RedrivePolicy'];

/** What has to be set. @throws when a queue is there that cannot become what is wanted */
export function queueDifferences(name: string, set: Attributes, wanted: Attributes): [string, string][] {
  const { FifoQueue, ...others } = wanted;
  if ((set['FifoQueue'] === 'true') !== (FifoQueue === 'true')) {
    throw failure(
      'QueueOfTheOtherKind',
      `Queue '${name}' is there and of the other kind: a queue does not become FIFO. Choose another name.`,
    );
  }
  const documents = DOCUMENTS.map((key): [string, string] => [key, others[key] ?? '']);
  return [...Object.entries({ ...others, ...Object.fromEntries(documents) })].filter(
    ([key, value]) => !isSame(set[key] ?? '', value),
  );
}

function isSame(before: string, after: string): boolean {
  if (before === after) return true;
  try {
    return canonicalJson(JSON.parse(before) as Json) === canonicalJson(JSON.parse(after) as Json);
  } catch {
    return false;
  }
}

const PAGE = 1000;

/** The project's queues that it no longer names, to be deleted. */
export async function prunedQueues(sqs: SQS, queues: readonly QueueDocuments[], project: string): Promise<Change[]> {
  const nameOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);
  const named = new Set(queues.map(({ name }) => name));
  const there = await everyPage(async (NextToken) => {
    const page = await sqs.listQueues({ NextToken, MaxResults: PAGE });
    return { items: page.QueueUrls, next: page.NextToken };
  });
  const others = there.filter((url) => !named.has(nameOf(url)));
  const mine = await Promise.all(
    others.map(async (QueueUrl) => {
      const { Tags = {} } = await sqs.listQueueTags({ QueueUrl });
      return projectTags(project).every(({ Key, Value }) => Tags[Key] === Value);
    }),
  );
  return others
    .filter((_, index) => mine[index])
    .map((QueueUrl) => ({
      ...{ kind: 'queue', name: nameOf(QueueUrl), action: 'delete' },
      details: ['the project no longer has it; its messages go with it'],
      apply: async () => void (await sqs.deleteQueue({ QueueUrl })),
    }));
}
