/** A status as a pill: an icon and a word, so that colour only repeats what both already say. */
import type { ComponentType } from 'react';
import { CheckIcon, ClockIcon, CrossIcon, PauseIcon, SkipIcon, SpinnerIcon, StopIcon, WarningIcon } from './icons.tsx';
import { phraseOf, type Tone, toneOf } from './tone.ts';
import './status.css';

const BY_TONE: Record<Tone, ComponentType> = {
  good: CheckIcon,
  busy: SpinnerIcon,
  warn: WarningIcon,
  bad: CrossIcon,
  idle: ClockIcon,
};

/** The few statuses that their tone's icon would not tell apart. */
const BY_PHRASE = new Map<string, ComponentType>([
  ['Stopped', StopIcon],
  ['Cancelled', StopIcon],
  ['Aborted', StopIcon],
  ['Skipped', SkipIcon],
  ['Disabled', PauseIcon],
  ['Paused', PauseIcon],
  ['Pending', ClockIcon],
  ['Waiting', ClockIcon],
  ['Timed out', ClockIcon],
  ['Timeout', ClockIcon],
]);

/** The icon alone, for where the word stands beside it or in a name. */
export function StatusIcon({ status, tone = toneOf(status) }: { status: string; tone?: Tone }) {
  const Icon = BY_PHRASE.get(phraseOf(status)) ?? BY_TONE[tone];
  return <Icon />;
}

export function Status({ status, tone = toneOf(status) }: { status: string; tone?: Tone }) {
  return (
    <span className={`status status-${tone}`} title={status}>
      <StatusIcon status={status} tone={tone} />
      {phraseOf(status)}
    </span>
  );
}
