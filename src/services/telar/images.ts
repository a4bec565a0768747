/**
 * Container images of the user's own: bringing them to this machine, listing and removing them. What takes long is begun by
 * one call and asked after by others, so that no client has to wait on an open request.
 */
import { arn as formatArn } from '../../base/arn.ts';
import { type Call, type Operation, reads, streams } from '../../protocol/service.ts';
import { isRunnerError } from '../../runner/errors.ts';
import type { TelarInput, TelarOutputs } from './api.ts';
import { errors } from './errors.ts';
import type { TelarPorts } from './ports.ts';

type Name = 'ImportImage' | 'PullImage' | 'DescribeImageActivity' | 'ListImages' | 'RemoveImage';
type ImageOperations = { [N in Name]: Operation<TelarInput<N>, TelarOutputs[N]> };

const onImage =
  (action: Name) =>
  ({ Uri }: { Uri: string }, call: Call) => [
    { action: `telar:${action}`, resource: formatArn('telar', call.region, call.account, `image/${Uri}`) },
  ];

const CHANGES = { audit: 'management', readOnly: false } as const;

/** Runs what the runner may refuse. */
async function refusing(work: () => void | Promise<void>): Promise<Record<never, never>> {
  try {
    await work();
    return {};
  } catch (error) {
    throw isRunnerError(error) ? errors.image(error.code, error.message) : error;
  }
}

export function imageOperations(ports: TelarPorts): ImageOperations {
  const images = () => {
    if (!ports.images) throw errors.noImages();
    return ports.images;
  };
  return {
    ImportImage: streams(
      onImage('ImportImage'),
      ({ Path, Uri }) => refusing(() => images().beginImport(Path, Uri)),
      CHANGES,
    ),
    PullImage: streams(onImage('PullImage'), ({ Uri }) => refusing(() => images().beginPull(Uri)), CHANGES),
    RemoveImage: streams(onImage('RemoveImage'), ({ Uri }) => refusing(() => images().remove(Uri)), CHANGES),
    DescribeImageActivity: reads(onImage('DescribeImageActivity'), ({ Uri, From }) => {
      const activity = images().activity(Uri);
      if (!activity) throw errors.noActivity(Uri);
      const { state, lines, failure } = activity;
      return {
        Status: state,
        Lines: lines.slice(From),
        Next: lines.length,
        FailureCode: failure?.code,
        FailureReason: failure?.message,
      };
    }),
    ListImages: reads(
      (_input, call) => [
        { action: 'telar:ListImages', resource: formatArn('telar', call.region, call.account, 'image/*') },
      ],
      () => ({
        Images: images()
          .list()
          .map(({ uri, digest, bytes, layers, platform, at, from }) => ({
            Uri: uri,
            Digest: digest,
            SizeInBytes: bytes,
            Layers: layers.length,
            Platform: platform,
            BroughtAt: new Date(at).toISOString(),
            From: from,
          })),
      }),
    ),
  };
}
