/** What the parts of the logs service share. */
import type { World } from '../../base/world.ts';
import type { Store } from '../../store/store.ts';
import type { LogsStore } from './store.ts';

/** The SDK whose types the operations take and answer. */
export type Sdk = typeof import('@aws-sdk/client-cloudwatch-logs');

export type Parts = {
  store: Store;
  db: LogsStore;
  world: World;
  account: string;
  /** Inside a transaction: something is to be removed, at once or when it is old enough. */
  removalDue(): void;
};

/** How long work may keep the loop before it lets others in, in milliseconds. */
const STRETCH = 2;

/** Waits until the loop was free, once `STRETCH` has passed since it last was. */
export function breather({ clock }: World): () => Promise<void> {
  let since = clock.monotonic();
  return async () => {
    if (clock.monotonic() - since < STRETCH) return;
    await new Promise<void>((resolve) => clock.soon(resolve));
    since = clock.monotonic();
  };
}
