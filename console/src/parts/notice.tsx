/** What stands where content would: nothing yet, still loading, or failed; and a banner above it. */
import type { ReactNode } from 'react';
import { adviceFor, sentence } from './advice.ts';
import { Button } from './button.tsx';
import { CopyCommand } from './command.tsx';
import { RetryIcon, SpinnerIcon } from './icons.tsx';
import { LongText } from './longText.tsx';
import { StatusIcon } from './status.tsx';
import type { Tone } from './tone.ts';
import './notice.css';

/** Nothing is here yet: what would be, and, with `command`, how to make the first one. */
export function Empty({
  title,
  children,
  command,
}: {
  title: string;
  children?: ReactNode;
  command?: string | undefined;
}) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children && <div className="empty-text">{children}</div>}
      {command && <CopyCommand command={command} />}
    </div>
  );
}

/** Shown only once waiting is long enough to be noticed: what arrives at once should not flash. */
export function Loading({ label = 'Loading' }: { label?: string }) {
  return (
    <div className="loading" role="status">
      <SpinnerIcon />
      <span>{label}…</span>
    </div>
  );
}

/** An error as its code, a sentence, and what to do next. `error` may be anything thrown. */
export function Failure({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const { code, name, message } = (
    typeof error === 'object' && error !== null ? error : { message: String(error) }
  ) as {
    code?: string;
    name?: string;
    message?: string;
  };
  const known = code ?? (name === 'Error' ? undefined : name);
  const advice = adviceFor(known);
  return (
    <div className="failure" role="alert">
      <StatusIcon status="Failed" />
      <div className="failure-text">
        <p>
          <LongText text={sentence(message || 'The request failed, and the answer does not say why')} />
        </p>
        {advice && <p className="failure-advice">{advice}</p>}
        {known && <p className="failure-code">{known}</p>}
      </div>
      {retry && (
        <Button onClick={retry}>
          <RetryIcon /> Try again
        </Button>
      )}
    </div>
  );
}

const ICON_WORD: Record<Tone, string> = {
  good: 'Succeeded',
  busy: 'Running',
  warn: 'Warning',
  bad: 'Failed',
  idle: 'None',
};

/** One line above a page's content that it must be read with. */
export function Banner({
  tone = 'idle',
  children,
  actions,
}: {
  tone?: Tone;
  children: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className={`banner banner-${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <StatusIcon status={ICON_WORD[tone]} tone={tone} />
      <div className="banner-text">{children}</div>
      {actions}
    </div>
  );
}
