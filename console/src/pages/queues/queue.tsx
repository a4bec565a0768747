/** A queue: how much waits, where its dead letters go, and sending, looking, emptying, and sending back. */
import { useAddress } from '../../data/address.ts';
import { links } from '../../data/links.ts';
import { useAct, useCall } from '../../data/queries.ts';
import { targetOf } from '../../data/targets.ts';
import { Button } from '../../parts/button.tsx';
import { Json } from '../../parts/code.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { bytes, duration, number } from '../../parts/format.ts';
import { jsonOrText } from '../../parts/jsonText.ts';
import { Failure, Loading } from '../../parts/notice.tsx';
import { Facts, Page, Section } from '../../parts/page.tsx';
import { Arn, TargetLink } from '../../parts/target.tsx';
import { Time } from '../../parts/time.tsx';
import type { PageProps } from '../area.ts';
import { type Attributes, countsOf, redriveOf } from './attributes.ts';
import { DeadLetters } from './deadLetters.tsx';
import { Peek } from './peek.tsx';
import { Send } from './send.tsx';
import { urlCommand } from './urlCommand.ts';

/** What is sent and received is told by no event. */
const EVERY = 3000;

export function QueuePage({ params: { name } }: PageProps<'name'>) {
  const found = useCall('sqs', 'GetQueueUrl', { QueueName: name });
  const url = found.data?.QueueUrl ?? '';
  const { data, error, refetch } = useCall(
    'sqs',
    'GetQueueAttributes',
    { QueueUrl: url, AttributeNames: ['All'] },
    { enabled: url !== '', every: EVERY },
  );
  const failed = found.error ?? error;
  const attributes = data?.Attributes;
  return (
    <Page
      title={name}
      crumbs={[{ label: 'Queues', href: links.queues() }]}
      actions={attributes && <Actions name={name} url={url} attributes={attributes} />}
    >
      {failed && <Failure error={failed} retry={() => void (found.error ? found.refetch() : refetch())} />}
      {!attributes && !failed && <Loading />}
      {attributes && (
        <>
          <What attributes={attributes} />
          <Section title="What waits">
            <Peek name={name} url={url} redrive={redriveOf(attributes)} />
          </Section>
          <DeadLetters url={url} arn={attributes['QueueArn'] ?? ''} waiting={countsOf(attributes).visible} />
          {attributes['Policy'] && (
            <Section title="Who may use it">
              <Json value={jsonOrText(attributes['Policy'])} open={1} />
            </Section>
          )}
        </>
      )}
    </Page>
  );
}

const seconds = (text: string | undefined) => (text === undefined ? undefined : duration(Number(text) * 1000));

function What({ attributes }: { attributes: Attributes }) {
  const { visible, inFlight, delayed } = countsOf(attributes);
  const redrive = redriveOf(attributes);
  return (
    <Facts
      items={[
        ['Waiting', number(visible)],
        ['In flight', number(inFlight)],
        ['Delayed', number(delayed)],
        [
          'Kind',
          attributes['FifoQueue'] === 'true' ? 'FIFO: messages of a group in their order, each once' : 'Standard',
        ],
        ['Dead letters', redrive && <DeadTo key="dead" {...redrive} />],
        ['Hidden while it is worked on', seconds(attributes['VisibilityTimeout'])],
        ['Kept for', seconds(attributes['MessageRetentionPeriod'])],
        ['Delay', attributes['DelaySeconds'] === '0' ? 'None' : seconds(attributes['DelaySeconds'])],
        ['Longest message', bytes(Number(attributes['MaximumMessageSize']))],
        ['Created', <Time key="created" at={Number(attributes['CreatedTimestamp'])} />],
        ['ARN', <Arn key="arn" arn={attributes['QueueArn'] ?? ''} />],
      ]}
    />
  );
}

function DeadTo({ arn, after }: { arn: string; after: number }) {
  return (
    <>
      <TargetLink {...targetOf(arn)} /> after {after} {after === 1 ? 'receive' : 'receives'}
    </>
  );
}

type ActionsProps = { name: string; url: string; attributes: Attributes };

function Actions({ name, url, attributes }: ActionsProps) {
  const [doing, setDoing] = useAddress('ask');
  const purge = useAct('sqs', 'PurgeQueue');
  const { visible, inFlight, delayed } = countsOf(attributes);
  const all = visible + inFlight + delayed;
  return (
    <>
      <Button variant="danger" onClick={() => setDoing('purge')}>
        Purge
      </Button>
      <Button variant="primary" onClick={() => setDoing('send')}>
        Send a message
      </Button>
      <Confirm
        open={doing === 'purge'}
        onClose={() => setDoing(undefined)}
        title={`Purge ${name}?`}
        action="Purge"
        danger
        command={`aws sqs purge-queue --queue-url ${urlCommand(name)}`}
        onConfirm={() => purge.mutateAsync({ QueueUrl: url })}
      >
        <p>
          {all === 1 ? 'Its one message is' : `All its ${number(all)} messages are`} deleted, those in flight as well.
          Nobody gets them back.
        </p>
      </Confirm>
      {doing === 'send' && (
        <Send name={name} url={url} fifo={attributes['FifoQueue'] === 'true'} onClose={() => setDoing(undefined)} />
      )}
    </>
  );
}
