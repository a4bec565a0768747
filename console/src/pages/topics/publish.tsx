/** Publishes a message to a topic. */
import { useState } from 'react';
import { useAct } from '../../data/queries.ts';
import { Checkbox, Field, TextArea, TextInput } from '../../parts/form.tsx';
import { shortName } from '../../parts/format.ts';
import { jsonOrText } from '../../parts/jsonText.ts';
import { quoted } from '../../parts/shell.ts';
import { StartDialog } from '../../parts/startDialog.tsx';
import { attributesOf } from './attributes.ts';

export function Publish({ topicArn, onClose }: { topicArn: string; onClose(): void }) {
  const [subject, setSubject] = useState('');
  const [attributes, setAttributes] = useState('');
  const [perProtocol, setPerProtocol] = useState(false);
  const [group, setGroup] = useState('test');
  const fifo = topicArn.endsWith('.fifo');
  const publish = useAct('sns', 'Publish');
  const input = (Message: string) => ({
    ...{ TopicArn: topicArn, Message },
    ...(subject !== '' && { Subject: subject }),
    ...(perProtocol && { MessageStructure: 'json' }),
    ...(attributes.trim() !== '' && { MessageAttributes: attributesOf(jsonOrText(attributes)) }),
    ...(fifo && { MessageGroupId: group, MessageDeduplicationId: String(Date.now()) }),
  });
  async function send(message: string) {
    const { MessageId } = await publish.mutateAsync(input(message));
    return { said: `Message ${MessageId} was published.` };
  }
  const command = (message: string) =>
    [
      `aws sns publish --topic-arn ${quoted(topicArn)} --message ${quoted(message)}`,
      ...(subject === '' ? [] : [`--subject ${quoted(subject)}`]),
      ...(perProtocol ? ['--message-structure json'] : []),
      ...(attributes.trim() === '' ? [] : [`--message-attributes ${quoted(commandAttributes(attributes))}`]),
      ...(fifo ? [`--message-group-id ${quoted(group)} --message-deduplication-id ID`] : []),
    ].join(' ');
  return (
    <StartDialog
      open
      onClose={onClose}
      title={`Publish to ${shortName(topicArn)}`}
      fields={
        <>
          <Field label="Subject" hint="Of mails; others may leave it out.">
            <TextInput value={subject} onChange={setSubject} maxLength={100} />
          </Field>
          {fifo && (
            <Field label="Message group">
              <TextInput value={group} onChange={setGroup} />
            </Field>
          )}
          <Field label="Attributes" hint='A JSON object, such as {"severity": "high"}: filter policies look at them.'>
            <TextArea value={attributes} onChange={setAttributes} rows={2} />
          </Field>
          <Checkbox
            label="The message is JSON with a text for each protocol"
            checked={perProtocol}
            onChange={setPerProtocol}
          />
        </>
      }
      label="Message"
      json={perProtocol}
      initial="A message from the console."
      action="Publish"
      commandOf={command}
      start={send}
    >
      All subscribers whose filter lets it through are told. You need the permission for <code>sns:Publish</code>.
    </StartDialog>
  );
}

function commandAttributes(text: string): string {
  try {
    return JSON.stringify(attributesOf(jsonOrText(text)));
  } catch {
    return '{}';
  }
}
