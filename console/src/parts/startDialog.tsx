/** Asks what to send, sends it, and says what came of it. What the sending is, its caller knows. */
import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { CopyCommand } from './command.tsx';
import { Dialog } from './dialog.tsx';
import { Field, Fields, JsonInput, TextArea } from './form.tsx';
import { Banner, Failure } from './notice.tsx';

type Outcome = { said: string; href?: string | undefined };

export type StartDialogProps = {
  open: boolean;
  onClose(): void;
  title: string;
  /** Who does it, and what it takes. */
  children: ReactNode;
  /** What else is asked, above what is sent. */
  fields?: ReactNode;
  /** Of what is sent. */
  label: string;
  hint?: ReactNode;
  json: boolean;
  initial: string;
  action: string;
  /** What is made of what is asked, where that is what is sent. */
  made?: ((payload: string) => ReactNode) | undefined;
  commandOf(payload: string): string | undefined;
  start(payload: string): Promise<Outcome>;
};

export function StartDialog(props: StartDialogProps) {
  const { open, onClose, title, children, fields, label, hint, json, initial, action, made, commandOf, start } = props;
  const [payload, setPayload] = useState(initial);
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const [error, setError] = useState<unknown>();
  async function press(): Promise<void> {
    setBusy(true);
    setOutcome(undefined);
    setError(undefined);
    try {
      setOutcome(await start(payload));
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  }
  const command = commandOf(payload);
  const actions = (
    <>
      <Button onClick={onClose}>{outcome ? 'Done' : 'Cancel'}</Button>
      <Button variant="primary" busy={busy} onClick={press}>
        {action}
      </Button>
    </>
  );
  return (
    <Dialog open={open} onClose={onClose} title={title} actions={actions}>
      <p>{children}</p>
      <Fields>
        {fields}
        <Field label={label} hint={hint}>
          {json ? (
            <JsonInput value={payload} onChange={setPayload} rows={8} />
          ) : (
            <TextArea value={payload} onChange={setPayload} rows={6} />
          )}
        </Field>
      </Fields>
      {made?.(payload)}
      {command && <CopyCommand command={command} />}
      {outcome && (
        <Banner tone="good" actions={outcome.href && <a href={outcome.href}>Open</a>}>
          {outcome.said}
        </Banner>
      )}
      {error !== undefined && <Failure error={error} />}
    </Dialog>
  );
}
