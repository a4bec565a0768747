/** Dialogs. Radix holds the focus and hides the page behind; the scroll lock is CSS, as Radix's writes a style element, which the policy forbids. */
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useRef, useState } from 'react';
import { Button, IconButton } from './button.tsx';
import { CopyCommand } from './command.tsx';
import { CrossIcon } from './icons.tsx';
import { Failure } from './notice.tsx';
import './dialog.css';

export function Dialog({
  open,
  onClose,
  title,
  children,
  actions,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  actions?: ReactNode;
}) {
  // Radix gives the focus back to its trigger; here any button may open a dialog, so what had the focus is remembered.
  const opener = useRef<Element>(null);
  const giveBack = (event: Event) => {
    event.preventDefault();
    if (opener.current instanceof HTMLElement) opener.current.focus();
  };
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <div className="dialog-backdrop">
          <Radix.Content
            className="dialog"
            aria-describedby={undefined}
            onOpenAutoFocus={() => {
              opener.current = document.activeElement;
            }}
            onCloseAutoFocus={giveBack}
          >
            <div className="dialog-head">
              <Radix.Title className="dialog-title">{title}</Radix.Title>
              <Radix.Close asChild>
                <IconButton label="Close" icon={<CrossIcon />} />
              </Radix.Close>
            </div>
            <div className="dialog-body">{children}</div>
            {actions && <div className="dialog-actions">{actions}</div>}
          </Radix.Content>
        </div>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Asks before `onConfirm` is done; stays open, and says why, when it fails. `command` does the same from a shell. */
export function Confirm({
  open,
  onClose,
  title,
  children,
  action,
  danger = false,
  command,
  onConfirm,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  action: string;
  danger?: boolean;
  command: string;
  onConfirm: () => unknown;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const close = () => {
    setError(undefined);
    onClose();
  };
  const confirm = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      close();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const actions = (
    <>
      <Button onClick={close}>Cancel</Button>
      <Button variant={danger ? 'danger' : 'primary'} busy={busy} onClick={confirm}>
        {action}
      </Button>
    </>
  );
  return (
    <Dialog open={open} onClose={close} title={title} actions={actions}>
      {children}
      <CopyCommand command={command} />
      {error !== undefined && <Failure error={error} />}
    </Dialog>
  );
}
