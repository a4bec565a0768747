/** Documents of the SageMaker Python SDK, one for each step type (step_types.py): each is understood, or refused by name. */
import { describe, expect, it } from 'vitest';
import { parsePipeline } from '../../../src/definition/pipeline/parse.ts';
import fixture from './step-types.json' with { type: 'json' };

/** Those of services that Telar does not stand in for: what the refusal says. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  emr: /^Telar does not run EMR steps\. It needs an EMR cluster\. Use a Processing step/,
};

describe('of the SDK', () => {
  it.each(Object.entries(fixture.definitions))('%s', (name, definition) => {
    const parsed = parsePipeline(JSON.stringify(definition));
    const refused = REFUSED[name];
    if (refused) {
      const problems = 'problems' in parsed ? parsed.problems : [];
      expect(problems.length).toBeGreaterThan(0);
      for (const { message } of problems) expect(message).toMatch(refused);
    } else {
      expect(parsed).not.toHaveProperty('problems');
    }
  });
});
