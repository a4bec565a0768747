/** An execution as its page has it: what all parts of the page show it from. */
import type { Execution } from './data.ts';
import type { StateSummary } from './fold.ts';
import type { Followed } from './history.ts';

export type Seen = {
  execution: Execution;
  running: boolean;
  definition: string;
  roleArn: string | undefined;
  history: Followed;
  summaries: ReadonlyMap<string, StateSummary>;
};
