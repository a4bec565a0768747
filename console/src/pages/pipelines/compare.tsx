/** Two executions side by side. */
import type { PageProps } from '../area.ts';

export function ComparePage(_: PageProps<'name'>) {
  return null;
}
