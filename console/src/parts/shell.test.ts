/** Words of a command line. */
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { quoted } from './shell.ts';

it.each(['plain-name_1.fifo', "it's", '{"a": "$HOME `id`"}', 'two\nlines', '', '*'])('%j is one word', (text) => {
  expect(execFileSync('sh', ['-c', `printf %s ${quoted(text)}`], { encoding: 'utf8' })).toBe(text);
});

it('leaves a plain name as it is', () => expect(quoted('arn:aws:sqs:us-east-1:0:q')).toBe('arn:aws:sqs:us-east-1:0:q'));
