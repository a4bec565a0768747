/** Recognises a full disk, whoever complains of it: the system, or SQLite. */

const SQLITE_FULL = 13;

/** @example isFullDisk(error) && 'Free some space, then try again.' */
export function isFullDisk(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) return true;
  // The low byte of an extended code is the code itself.
  return 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_FULL;
}
