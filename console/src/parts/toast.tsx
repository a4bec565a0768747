/** Short messages in a corner, read out as they come. What failed stays until it is closed; the rest leaves by itself. */
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';
import { IconButton } from './button.tsx';
import { CrossIcon } from './icons.tsx';
import { StatusIcon } from './status.tsx';
import type { Tone } from './tone.ts';
import './toast.css';

type Toast = { id: number; text: ReactNode; tone: Tone };
type Show = (text: ReactNode, tone?: Tone) => void;

const STAYS_MS = 6000;
/** More at once would cover the page; the oldest goes. */
const MOST = 4;
const WORD: Record<Tone, string> = { good: 'Succeeded', busy: 'Running', warn: 'Warning', bad: 'Failed', idle: 'None' };

const Toasts = createContext<{ show: Show }>({
  show: () => {
    throw new Error('useToasts() is used outside <ToastProvider>, which shows the toasts.');
  },
});

/** `useToasts().show('The execution was stopped.', 'good')`. */
export function useToasts(): { show: Show } {
  return useContext(Toasts);
}

let last = 0;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const close = useCallback((id: number) => setToasts((now) => now.filter((toast) => toast.id !== id)), []);
  const value = useMemo(() => {
    const show: Show = (text, tone = 'idle') => {
      last += 1;
      const id = last;
      setToasts((now) => [...now, { id, text, tone }].slice(-MOST));
      if (tone !== 'bad') setTimeout(() => close(id), STAYS_MS);
    };
    return { show };
  }, [close]);
  return (
    <Toasts value={value}>
      {children}
      <section className="toasts" aria-label="Messages" aria-live="polite" aria-relevant="additions">
        {toasts.map((toast) => (
          <div key={toast.id} className={`toast toast-${toast.tone}`}>
            <StatusIcon status={WORD[toast.tone]} tone={toast.tone} />
            <div className="toast-text">{toast.text}</div>
            <IconButton label="Close the message" icon={<CrossIcon />} onClick={() => close(toast.id)} />
          </div>
        ))}
      </section>
    </Toasts>
  );
}
