/** What a preview's thread is given, and what it says in the end. */
import type { ObjectPreview } from '../api.ts';
import type { PreviewRequest } from './preview.ts';

/** Where an object's bytes lie: in a file, which is only read, or here. */
export type ObjectBytes = { path: string } | { bytes: Uint8Array };

export type PreviewTask = PreviewRequest & { size: number } & ObjectBytes;
export type PreviewSaid = { preview: ObjectPreview } | { refused: string } | { failed: string };
