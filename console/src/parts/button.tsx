/** Buttons. A busy one keeps its size and its focus, and does nothing until it is no longer busy. */
import type { ComponentProps, MouseEvent, ReactNode } from 'react';
import { SpinnerIcon } from './icons.tsx';
import './button.css';

type Native = Omit<ComponentProps<'button'>, 'className'>;

export function Button({
  variant = 'plain',
  busy = false,
  children,
  onClick,
  ...native
}: Native & { variant?: 'primary' | 'plain' | 'danger'; busy?: boolean }) {
  const press = (event: MouseEvent<HTMLButtonElement>) => (busy ? event.preventDefault() : onClick?.(event));
  return (
    <button
      type="button"
      {...native}
      className={`button button-${variant}`}
      onClick={press}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
    >
      <span className="button-label">{children}</span>
      {busy && (
        <span className="button-wait">
          <SpinnerIcon />
        </span>
      )}
    </button>
  );
}

/** A button that reads like a link within a text: for what leads on, but has no address. */
export function TextButton(native: Native) {
  return <button type="button" {...native} className="button-text" />;
}

/** A button that shows only an icon; `label` is its name, and what appears when it is pointed at. */
export function IconButton({ label, icon, ...native }: Omit<Native, 'children'> & { label: string; icon: ReactNode }) {
  return (
    <button type="button" title={label} {...native} className="button button-icon" aria-label={label}>
      {icon}
    </button>
  );
}
