import { describe, expect, it } from 'vitest';
import type { StateMachineDocuments } from '../../sdk/index.ts';
import { logGroupsOf, machineDifferences } from './stateMachines.ts';

const ROLE = 'arn:aws:iam::000000000000:role/r';
const pass = (Comment: string) => ({ Type: 'Pass', Comment, End: true });
const definition = (States: object) => JSON.stringify({ StartAt: 'A', States });
const logging = (level: 'ALL' | 'ERROR') => ({
  ...{ level, includeExecutionData: false },
  destinations: [
    { cloudWatchLogsLogGroup: { logGroupArn: 'arn:aws:logs:us-east-1:000000000000:log-group:/states/m:*' } },
  ],
});
const wanted = (text: string, more: Partial<StateMachineDocuments> = {}): StateMachineDocuments => ({
  ...{ name: 'm', arn: '', type: 'STANDARD', roleArn: ROLE, definition: text, startInput: () => '{}', ...more },
});
const stored = (text: string) => ({ definition: text, roleArn: ROLE });

describe('what differs between two machines', () => {
  it('is nothing when only the order of members and spaces do', () => {
    const before = '{ "States": {"A": {"End": true, "Type":"Pass", "Comment":"1"}},\n "StartAt": "A" }';
    expect(machineDifferences(stored(before), wanted(definition({ A: pass('1') })))).toEqual([]);
  });

  it('names each state, those inside of others too, and does not blame these', () => {
    const map = (inner: object) => ({ Type: 'Map', ItemProcessor: { StartAt: 'I', States: inner }, Next: 'A' });
    const before = definition({ A: pass('1'), M: map({ I: pass('1') }), Gone: pass('1') });
    const after = definition({ A: pass('2'), M: map({ I: pass('2') }), New: pass('1') });
    expect(machineDifferences(stored(before), wanted(after))).toEqual([
      'state A: changed',
      'state I: changed',
      'state New: new',
      'state Gone: removed',
    ]);
  });

  it('says role and logging, which may also be off', () => {
    const text = definition({ A: pass('1') });
    const other = { roleArn: `${ROLE}2`, loggingConfiguration: logging('ALL') };
    expect(machineDifferences(stored(text), wanted(text, other))).toEqual([
      `role: ${ROLE} becomes ${ROLE}2`,
      'logging: off becomes ALL into /states/m',
    ]);
    const off = { ...stored(text), loggingConfiguration: { level: 'OFF' as const } };
    expect(machineDifferences(off, wanted(text))).toEqual([]);
  });

  it('takes each log group once', () => {
    const machines = [wanted('{}', { loggingConfiguration: logging('ALL') }), wanted('{}')];
    expect(logGroupsOf([...machines, ...machines])).toEqual(['/states/m']);
  });
});
