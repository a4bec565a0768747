/** Puts an event of one's own on a bus. */
import { useState } from 'react';
import { useAct } from '../../data/queries.ts';
import { refusal } from '../../data/session.ts';
import { Field, TextInput } from '../../parts/form.tsx';
import { quoted } from '../../parts/shell.ts';
import { StartDialog } from '../../parts/startDialog.tsx';

export function PutEvent({ bus, onClose }: { bus: string; onClose(): void }) {
  const [source, setSource] = useState('my.app');
  const [detailType, setDetailType] = useState('Order Placed');
  const put = useAct('events', 'PutEvents');
  const entry = (Detail: string) => ({ EventBusName: bus, Source: source, DetailType: detailType, Detail });
  async function send(detail: string) {
    const { Entries = [] } = await put.mutateAsync({ Entries: [entry(detail)] });
    const { EventId, ErrorCode, ErrorMessage = 'The event was not taken.' } = Entries[0] ?? {};
    if (ErrorCode !== undefined) throw refusal(ErrorCode, ErrorMessage, 400);
    return { said: `Event ${EventId} is on the bus ${bus}.` };
  }
  return (
    <StartDialog
      open
      onClose={onClose}
      title={`Put an event on the bus ${bus}`}
      fields={
        <>
          <Field label="Source" hint="Of your own: aws.* is for services.">
            <TextInput value={source} onChange={setSource} />
          </Field>
          <Field label="Detail type">
            <TextInput value={detailType} onChange={setDetailType} />
          </Field>
        </>
      }
      label="Detail"
      json
      initial={'{\n  "order": 17\n}'}
      action="Put the event"
      commandOf={(detail) => `aws events put-events --entries ${quoted(JSON.stringify([entry(detail)]))}`}
      start={send}
    >
      Every rule of the bus that matches it sends it to its targets. You need the permission for{' '}
      <code>events:PutEvents</code>.
    </StartDialog>
  );
}
