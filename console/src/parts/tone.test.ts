import { describe, expect, it } from 'vitest';
import { phraseOf, toneOf } from './tone.ts';

describe('the tone of a status', () => {
  it.each([
    ['Succeeded', 'good'],
    ['SUCCEEDED', 'good'],
    ['Executing', 'busy'],
    ['InProgress', 'busy'],
    ['IN_PROGRESS', 'busy'],
    ['Failed', 'bad'],
    ['TIMED_OUT', 'bad'],
    ['TIMEOUT', 'bad'],
    ['ABORTED', 'bad'],
    ['Approved', 'good'],
    ['Rejected', 'bad'],
    ['PendingManualApproval', 'warn'],
    ['PENDING_REDRIVE', 'warn'],
    ['Stopped', 'idle'],
    ['ENABLED', 'good'],
    ['DISABLED', 'idle'],
    ['InService', 'good'],
    ['ActiveNonInvocable', 'warn'],
    ['CompletedWithViolations', 'warn'],
    ['Wibbled', 'idle'],
    ['', 'idle'],
    ['constructor', 'idle'],
  ])('%s is %s', (status, tone) => expect(toneOf(status)).toBe(tone));
});

it.each([
  ['TIMED_OUT', 'Timed out'],
  ['PendingManualApproval', 'Pending manual approval'],
  ['InProgress', 'In progress'],
  ['SUCCEEDED', 'Succeeded'],
  ['OK', 'OK'],
])('%s reads "%s"', (status, phrase) => expect(phraseOf(status)).toBe(phrase));
