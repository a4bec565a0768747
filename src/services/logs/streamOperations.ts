/** Log streams: their operations, and how one is made. */
import { pageOf } from '../../protocol/pages.ts';
import { type Call, type InputOf, type Operations, type OutputOf, reads, writes } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { logErrors } from './errors.ts';
import { beginningWith, groupNameOf, onGroup, onStream, requireGroup, requireStream, streamInfo } from './names.ts';
import type { GroupRow, StreamRow } from './store.ts';

type Names = 'CreateLogStream' | 'DeleteLogStream' | 'DescribeLogStreams';

/** DescribeLogStreams gives this many where it is not told. */
const PAGE = 50;
/** After all names. */
const LAST_NAME = '\u{10FFFF}\u{10FFFF}';

export function streamOperations(parts: Parts): Operations<Sdk, Names> {
  const { db } = parts;
  return {
    CreateLogStream: writes(onStream('CreateLogStream'), (input, call) => {
      createStream(parts, requireGroup(parts, call, input.logGroupName!), input.logStreamName!, call.now);
      return {};
    }),
    DeleteLogStream: writes(onStream('DeleteLogStream'), (input, call) => {
      const group = requireGroup(parts, call, input.logGroupName!);
      const { id } = requireStream(parts, group, input.logStreamName!);
      db.deleteStream({ id });
      db.addRemoval({ group: group.id, stream: id });
      parts.removalDue();
      return {};
    }),
    DescribeLogStreams: reads(onGroup('DescribeLogStreams'), (input, call) => describeStreams(parts, input, call)),
  };
}

/** Inside a transaction. @throws ResourceAlreadyExistsException */
export function createStream({ db }: Pick<Parts, 'db'>, group: GroupRow, name: string, now: number): StreamRow {
  if (db.stream({ group: group.id, name })) throw logErrors.streamExists();
  db.insertStream({ group: group.id, name, created_at: now });
  return db.stream({ group: group.id, name })!;
}

function describeStreams(
  parts: Parts,
  input: InputOf<Sdk, 'DescribeLogStreams'>,
  call: Call,
): OutputOf<Sdk, 'DescribeLogStreams'> {
  const { logStreamNamePrefix: prefix, orderBy = 'LogStreamName', descending = false, nextToken, limit = PAGE } = input;
  const byTime = orderBy === 'LastEventTime';
  if (byTime && prefix !== undefined) throw logErrors.byTimeWithPrefix();
  const group = requireGroup(parts, call, groupNameOf(input, call));
  const order = descending ? 'DESC' : 'ASC';
  const query = { operation: 'DescribeLogStreams', group: group.id, prefix, orderBy, order };
  const start = descending ? LAST_NAME : '';
  const { items, next } = pageOf<StreamRow>(
    { query, token: nextToken, limit },
    (after, most) => {
      const page = { group: group.id, limit: most };
      if (!byTime) {
        const names = beginningWith(prefix);
        return parts.db.streamsByName[order]({ ...page, ...names, after: String(after?.[0] ?? start) });
      }
      const at = Number(after?.[0] ?? (descending ? Number.MAX_SAFE_INTEGER : -1));
      return parts.db.streamsByTime[order]({ ...page, at, after: String(after?.[1] ?? start) });
    },
    ({ name, last_event }) => (byTime ? [last_event ?? 0, name] : [name]),
    logErrors.badToken,
  );
  return {
    logStreams: items.map((stream) => streamInfo(stream, group, call)),
    ...(next === undefined ? {} : { nextToken: next }),
  };
}
