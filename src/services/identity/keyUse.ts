/**
 * When each access key was last used, for GetAccessKeyLastUsed. Kept in memory and written at most once a minute and at
 * stop, so that a request never costs a write; a crash loses up to a minute of it.
 */
import type { Cancel } from '../../base/clock.ts';
import type { World } from '../../base/world.ts';
import type { Store } from '../../store/store.ts';
import type { IdentityStore } from './store.ts';

const FLUSH_INTERVAL = 60_000;

/** `at` in milliseconds since the epoch; `service` is the prefix of its IAM actions. */
export type Use = { at: number; service: string; region: string };

export type KeyUse = {
  /** Remembers a use of a long-term key; cheap enough for every request. */
  note(accessKeyId: string, use: Use): void;
  last(accessKeyId: string): Use | undefined;
  /** Writes what is only in memory. */
  flush(): Promise<void>;
};

export function createKeyUse(store: Store, rows: IdentityStore, world: World): KeyUse {
  const unwritten = new Map<string, Use>();
  let cancel: Cancel | undefined;

  async function flush(): Promise<void> {
    cancel?.();
    cancel = undefined;
    if (unwritten.size === 0) return;
    const uses = [...unwritten];
    unwritten.clear();
    await store.transact(() => {
      for (const [id, { at, service, region }] of uses) {
        rows.credentials.setKeyUse({ id, used_at: at, used_service: service, used_region: region });
      }
    });
  }

  function flushQuietly(): void {
    flush().catch((error: Error) => world.log('warn', 'identity.key-use-not-written', { message: error.message }));
  }

  return {
    note(accessKeyId, use) {
      unwritten.set(accessKeyId, use);
      cancel ??= world.clock.at(use.at + FLUSH_INTERVAL, flushQuietly);
    },
    last(accessKeyId) {
      const recent = unwritten.get(accessKeyId);
      if (recent) return recent;
      const row = rows.credentials.key({ id: accessKeyId });
      if (row?.used_at == null) return undefined;
      return { at: row.used_at, service: row.used_service ?? 'N/A', region: row.used_region ?? 'N/A' };
    },
    flush,
  };
}
