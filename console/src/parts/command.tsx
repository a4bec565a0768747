/** Copying: a text, or the command line that does what a page's action does. */
import { useEffect, useRef, useState } from 'react';
import { IconButton } from './button.tsx';
import { CheckIcon, CopyIcon } from './icons.tsx';
import { tellUnseen } from './unseen.ts';
import './command.css';

/** Where the page is not served over a secure origin there is no clipboard to write to; the old way still works there. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('The browser did not let the page copy.');
}

/** A button that copies `text`; `label` says of what ("Copy the ARN"). */
export function Copy({ text, label }: { text: string; label: string }) {
  const [state, setState] = useState<'' | 'Copied' | 'Could not copy'>('');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const press = async () => {
    const outcome = await copy(text).then(
      () => 'Copied' as const,
      () => 'Could not copy' as const,
    );
    setState(outcome);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setState(''), 2000);
  };
  return (
    <span className="copy">
      <IconButton label={label} icon={state === 'Copied' ? <CheckIcon /> : <CopyIcon />} onClick={press} />
      <span className={state ? 'copy-said' : 'copy-unsaid'} role="status">
        {state}
      </span>
    </span>
  );
}

/** The command line that does the same, to copy: what is copied is the very line. */
export function CopyCommand({ command }: { command: string }) {
  return (
    <div className="command">
      <code className="command-text">{tellUnseen(command)}</code>
      <Copy text={command} label="Copy the command" />
    </div>
  );
}
