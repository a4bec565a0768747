/**
 * Archived objects: those of the classes GLACIER and DEEP_ARCHIVE can be read only once they have been restored, for so many days.
 *
 * A1. Nothing reads an archived object's bytes on anyone's behalf while it is not restored: every read asks `requireReadable`.
 * A2. Bytes stay where they are: a restore is there at once, whatever tier was asked for.
 */
import type { Clock } from '../../base/clock.ts';
import type { Call } from '../../protocol/service.ts';
import { s3Errors } from './errors.ts';
import type { Change } from './eventRecords.ts';
import type { Tell } from './notifications.ts';
import type { Objects } from './objects.ts';
import type { ObjectsStore, StoredObject } from './store.ts';
import type { Input, Output } from './wire.ts';

const DAY = 86_400_000;
const ARCHIVES: ReadonlySet<string | undefined> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

const isArchived = ({ attributes }: Pick<StoredObject, 'attributes'>): boolean => ARCHIVES.has(attributes.storageClass);

export type Archive = {
  /** @throws InvalidObjectState */
  requireReadable(object: StoredObject): void;
  /** The `x-amz-restore` header of an object that is restored. */
  restoreOf(object: StoredObject): string | undefined;
};

export function createArchive(rows: Pick<ObjectsStore, 'restoredUntil'>, clock: Pick<Clock, 'now'>): Archive {
  const until = (object: StoredObject): number | undefined => {
    const found = isArchived(object) ? rows.restoredUntil({ version: object.version })?.until : undefined;
    return found !== undefined && found > clock.now() ? found : undefined;
  };
  return {
    requireReadable(object) {
      if (isArchived(object) && until(object) === undefined) throw s3Errors.archived(object);
    },
    restoreOf(object) {
      const at = until(object);
      return at === undefined ? undefined : `ongoing-request="false", expiry-date="${new Date(at).toUTCString()}"`;
    },
  };
}

/** Days are counted from now and rounded up to a midnight (UTC), as on S3. */
const restoredFor = (days: number, now: number) => Math.ceil((now + days * DAY) / DAY) * DAY;

type Context = { rows: ObjectsStore; objects: Objects; tell: Tell; armed(): void };

/** Makes an archived object readable, or keeps it so for another time. @throws InvalidObjectState when it is not archived */
export function restoreObject(
  { rows, objects, tell, armed }: Context,
  input: Input<'RestoreObject'>,
  call: Call,
): Output<'RestoreObject'> {
  const days = checkedDays(input.RestoreRequest);
  const object = objects.get(input);
  const storageClass = object.attributes.storageClass;
  if (!isArchived(object)) throw s3Errors.notArchived(storageClass ?? 'STANDARD');
  const tier = input.RestoreRequest?.GlacierJobParameters?.Tier ?? input.RestoreRequest?.Tier;
  if (tier === 'Expedited' && storageClass === 'DEEP_ARCHIVE') throw s3Errors.tier();
  const until = restoredFor(days, call.now);
  rows.setRestored({ version: object.version, until });
  const told = (event: 'ObjectRestore:Post' | 'ObjectRestore:Completed') => (): Change => ({
    ...{ event, at: call.now, by: call },
    object: { ...object, storageClass, ...(event === 'ObjectRestore:Completed' && { restoredUntil: until }) },
  });
  tell(object.bucket, told('ObjectRestore:Post'));
  tell(object.bucket, told('ObjectRestore:Completed'));
  armed();
  return {};
}

/** @throws MalformedXML, InvalidArgument, NotImplemented */
function checkedDays(asked: Input<'RestoreObject'>['RestoreRequest']): number {
  if (!asked) throw s3Errors.malformedXml();
  if (asked.Type !== undefined || asked.SelectParameters || asked.OutputLocation) {
    throw s3Errors.notImplemented('restore requests of the type SELECT');
  }
  const { Days: days } = asked;
  if (days === undefined) throw s3Errors.malformedXml();
  if (days < 1 || days > 2 ** 31 - 1) {
    throw s3Errors.invalidArgument('restoration days should be at least 1', 'Days', String(days));
  }
  return days;
}
