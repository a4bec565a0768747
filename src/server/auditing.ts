/** The audit trail as dispatch writes it, for those who watch, too. */
import type { World } from '../base/world.ts';
import type { AuditRecord, DispatchOptions } from '../protocol/dispatch.ts';
import type { AuditTrail } from '../store/audit.ts';
import type { Store } from '../store/store.ts';

export function auditing(
  trail: AuditTrail,
  store: Pick<Store, 'transact' | 'whenUndone'>,
  { clock, log }: World,
  audited: (record: AuditRecord) => void,
): Pick<DispatchOptions, 'audit' | 'auditForGood'> {
  const append = (record: AuditRecord) => {
    trail.append(record.at, record);
    audited(record);
  };
  /** The work that it is about was undone, and the record with it. */
  function again(record: AuditRecord): void {
    clock.soon(() => {
      store
        .transact(() => append(record))
        .catch((error: Error) => log('error', 'audit.not-written', { message: error.message }));
    });
  }
  return {
    audit: append,
    auditForGood(record) {
      append(record);
      store.whenUndone(() => again(record));
    },
  };
}
