/** Sends a message to a queue. */
import { useState } from 'react';
import { useAct } from '../../data/queries.ts';
import { Field, NumberInput, TextInput } from '../../parts/form.tsx';
import { quoted } from '../../parts/shell.ts';
import { StartDialog } from '../../parts/startDialog.tsx';
import { urlCommand } from './urlCommand.ts';

type Props = { name: string; url: string; fifo: boolean; onClose(): void };

export function Send({ name, url, fifo, onClose }: Props) {
  const [delay, setDelay] = useState<number>();
  const [group, setGroup] = useState('test');
  const send = useAct('sqs', 'SendMessage');
  async function run(MessageBody: string) {
    const { MessageId } = await send.mutateAsync({
      ...{ QueueUrl: url, MessageBody },
      ...(fifo && { MessageGroupId: group, MessageDeduplicationId: String(Date.now()) }),
      ...(!fifo && delay !== undefined && { DelaySeconds: delay }),
    });
    return { said: `Message ${MessageId} is in the queue.` };
  }
  const extra = fifo
    ? ` --message-group-id ${quoted(group)} --message-deduplication-id ID`
    : delay === undefined
      ? ''
      : ` --delay-seconds ${delay}`;
  return (
    <StartDialog
      open
      onClose={onClose}
      title={`Send to ${name}`}
      fields={
        fifo ? (
          <Field label="Message group">
            <TextInput value={group} onChange={setGroup} />
          </Field>
        ) : (
          <Field label="Delay" hint="In seconds; the queue's own where it is empty.">
            <NumberInput value={delay} onChange={setDelay} />
          </Field>
        )
      }
      label="Message"
      json={false}
      initial={'{"from": "the console"}'}
      action="Send"
      commandOf={(body) =>
        `aws sqs send-message --queue-url ${urlCommand(name)} --message-body ${quoted(body)}${extra}`
      }
      start={run}
    >
      Whoever takes messages from the queue gets it. You need the permission for <code>sqs:SendMessage</code>.
    </StartDialog>
  );
}
