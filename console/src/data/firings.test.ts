/** What a record of firings says of itself. */
import { expect, it } from 'vitest';
import { recordInWords } from './firings.ts';

it('says where that is seen which is not recorded, once for each kind', () => {
  expect(recordInWords(['Pipeline'])).not.toContain('not recorded');
  expect(recordInWords(['Queue', 'Pipeline', 'Queue', 'Function'])).toMatch(
    /not recorded: messages lie in the queue until they are taken; invocations stand in the log of the function\.$/,
  );
});
