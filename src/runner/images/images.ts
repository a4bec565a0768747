/**
 * The images of this machine: which URIs are answered, and making them ready.
 *
 * I1. One build at a time for an image; whoever asks meanwhile waits for the same one.
 */
import { dirname } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { runnerError } from '../errors.ts';
import { parseImage, type ReadyImage } from './image.ts';

export type Images = {
  refusal(uri: string): string | undefined;
  prepare(uri: string, progress: (line: string) => void): Promise<void>;
  /** The image, made ready silently where it is not. */
  ready(uri: string): Promise<ReadyImage>;
};

/** Runs JavaScript and TypeScript with the very Node.js that runs the server. */
const NODE: ReadyImage = {
  mounts: { 'bin/node': process.execPath },
  path: [{ inside: 'bin', outside: dirname(process.execPath) }],
  needs: [],
  environment: {},
  entrypoint: [],
  notice: undefined,
};

export function createImages(_options: { clock: Clock; imagesFolder: string }): Images {
  const refusal = (uri: string): string | undefined => {
    const reference = parseImage(uri);
    if (reference && /^(telar\/)?node$/.test(reference.repository)) return undefined;
    return `Telar has no image for '${uri}'.`;
  };
  const ready = async (uri: string): Promise<ReadyImage> => {
    const wrong = refusal(uri);
    if (wrong) throw runnerError('UnknownImage', wrong);
    return NODE;
  };
  return { refusal, ready, prepare: async (uri) => void (await ready(uri)) };
}
