/** `telar images`: container images of the user's own, which the server brings to its machine and runs jobs in. */
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration } from '../../base/duration.ts';
import { connect } from '../connection.ts';
import type { Context } from '../context.ts';
import { type ExitStatus, failure, misuse } from '../errors.ts';
import { table } from '../render/text.ts';
import { type TelarClient, telarClient } from '../telarClient.ts';

const PAUSE_MS = 200;

export async function images(
  context: Context,
  action: string,
  what: string | undefined,
  options: { as?: string },
): Promise<ExitStatus> {
  const telar = () => telarClient(connect(context));
  if (action === 'list') return list(context, telar());
  if (what === undefined) throw misuse(`'images ${action}' needs one more word: see 'telar images --help'.`);
  if (action === 'import') {
    if (!options.as) throw misuse("Give the image a name: 'telar images import PATH --as host/repository:tag'.");
    // The server opens it: its working folder is another.
    await telar()('ImportImage', { Path: resolve(what), Uri: options.as });
    return watch(context, telar(), options.as);
  }
  if (action === 'pull') {
    await telar()('PullImage', { Uri: what });
    return watch(context, telar(), what);
  }
  if (action === 'remove') {
    await telar()('RemoveImage', { Uri: what });
    context.out.line(`Removed ${what}.`);
    context.out.result({ removed: what });
    return 0;
  }
  throw misuse(`'${action}' is nothing that images can do: list, import, pull, or remove.`);
}

async function list({ out }: Context, telar: TelarClient): Promise<ExitStatus> {
  const { Images } = await telar('ListImages', {});
  if (Images.length === 0) {
    out.line(
      "There are no container images. 'telar images pull URI' or 'telar images import PATH --as URI' brings one.",
    );
  } else {
    const rows = Images.map(({ Uri, Digest, SizeInBytes, BroughtAt }) => [
      Uri,
      Digest.slice(0, 19),
      `${(SizeInBytes / 1e6).toFixed(1)} MB`,
      `${formatDuration(Date.now() - Date.parse(BroughtAt))} ago`,
    ]);
    out.lines(table([['Image', 'Digest', 'Size', 'Brought here'].map(out.style.bold), ...rows]));
  }
  out.result({ images: Images });
  return 0;
}

/** Tells how far it is, to its end. */
async function watch({ out }: Context, telar: TelarClient, Uri: string): Promise<ExitStatus> {
  for (let From = 0; ; await sleep(PAUSE_MS)) {
    const { Status, Lines, Next, FailureCode, FailureReason } = await telar('DescribeImageActivity', { Uri, From });
    From = Next;
    for (const line of Lines) {
      out.line(line);
      out.event({ event: 'progress', line });
    }
    if (Status === 'Failed') throw failure(FailureCode ?? 'Failed', FailureReason ?? 'It failed without a reason.');
    if (Status === 'Working') continue;
    out.result({ image: Uri });
    return 0;
  }
}
