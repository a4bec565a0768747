/** Which steps of an execution wait for the machine, and where they stand. */
import type { Clients } from '../aws.ts';
import { ordinal } from '../jobs.ts';
import type { ExecutionView } from './view.ts';

/** Step → a note, for steps whose job waits. */
export async function queueNotes(
  { telar }: Pick<Clients, 'telar'>,
  { steps }: ExecutionView,
): Promise<Map<string, string>> {
  const notes = new Map<string, string>();
  const begun = steps.filter(({ jobArn, endedAt }) => jobArn !== undefined && endedAt === undefined);
  if (begun.length === 0) return notes;
  const { Jobs } = await telar('ListJobUse', { MaxWaiting: 1000 });
  const positions = new Map(Jobs.map(({ JobArn, QueuePosition }) => [JobArn, QueuePosition]));
  for (const { name, jobArn } of begun) {
    const position = positions.get(jobArn!);
    if (position !== undefined) notes.set(name, `waits for this machine, ${ordinal(position)} in the queue`);
  }
  return notes;
}
