/** Files with secrets: readable by their owner only, and replaced whole. */
import { renameSync, writeFileSync } from 'node:fs';

/** A reader sees the whole of the new content or the whole of the old. */
export function writeOwnFile(path: string, content: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content, { mode: 0o600 });
  renameSync(temporary, path);
}
