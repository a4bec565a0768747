/**
 * Who a container image says its processes are: `USER name:group`, looked up in the image's own /etc/passwd and /etc/group.
 *
 * W1. The files are the image's, and so hostile: they are read only where they are plain files below its root, and in part.
 */
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { runnerError } from '../errors.ts';

export type ContainerUser = { uid: number; gid: number; home: string };

const LARGEST = 1024 ** 2;
const HIGHEST_ID = 2 ** 31 - 1;

function readPlain(root: string, path: string): string {
  try {
    const place = join(root, path);
    if (realpathSync(place) !== join(realpathSync(root), path)) return '';
    const file = openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (!fstatSync(file).isFile()) return '';
      const bytes = Buffer.alloc(LARGEST);
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, LARGEST, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}

/** The fields of the first line that fits. */
function findLine(text: string, fits: (fields: readonly string[]) => boolean): string[] | undefined {
  for (const line of text.split('\n')) {
    const fields = line.split(':');
    if (fields.length >= 3 && fits(fields)) return fields;
  }
  return undefined;
}

const idOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,10}$/.test(text) && Number(text) <= HIGHEST_ID ? Number(text) : undefined;

/**
 * @param root the image's files
 * @param user as the image's configuration has it: empty, `name`, `1000`, `name:group`, `1000:1000`
 * @throws LaunchFailed when the image has no such user or group
 */
export function containerUser(root: string, user: string): ContainerUser {
  const [name = '', group] = user.split(':');
  const passwd = readPlain(root, 'etc/passwd');
  const wanted = name === '' ? 0 : idOf(name);
  const line = findLine(passwd, (fields) => (wanted === undefined ? fields[0] === name : idOf(fields[2]) === wanted));
  const uid = wanted ?? idOf(line?.[2]);
  if (uid === undefined) throw unknown('user', name, 'passwd');
  const home = line?.[5]?.startsWith('/') ? line[5] : '/';
  if (group === undefined || group === '') return { uid, gid: idOf(line?.[3]) ?? 0, home };
  const gid = idOf(group) ?? idOf(findLine(readPlain(root, 'etc/group'), (fields) => fields[0] === group)?.[2]);
  if (gid === undefined) throw unknown('group', group, 'group');
  return { uid, gid, home };
}

function unknown(what: string, name: string, file: string): Error {
  return runnerError(
    'LaunchFailed',
    `The image runs as ${what} '${name}', which its /etc/${file} does not have. Name the ${what} by its number, or add it.`,
  );
}
