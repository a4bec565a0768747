/** `telar top`: the jobs under way and what they use, again and again in place, or once. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../errors.ts';
import { onInterrupt } from '../execution/watching.ts';
import { topLines } from '../jobs.ts';
import { clients } from './shared.ts';

/** As often as the server looks. */
const EVERY_MS = 1000;

export async function top(context: Context, options: { once?: boolean }): Promise<ExitStatus> {
  const { out } = context;
  const { telar } = clients(context);
  const live = options.once ? undefined : out.live();
  const interrupt = onInterrupt();
  try {
    for (;;) {
      const use = await telar('ListJobUse', {});
      const lines = topLines(use, Date.now(), out.style);
      if (live) live.draw(lines);
      else out.lines(lines);
      if (options.once || (!live && !out.json)) {
        out.result(use);
        return 0;
      }
      out.event({ event: 'use', ...use });
      await Promise.race([sleep(EVERY_MS), interrupt.promise]);
      if (interrupt.happened()) return 0;
    }
  } finally {
    live?.end(true);
    interrupt.release();
  }
}
