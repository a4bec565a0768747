/** A log sink for tests of jobs without the logs service: remembers what it was told, and each file as it was in the end. */
import { existsSync, readFileSync } from 'node:fs';
import type { LogSink, LogSource } from '../../src/services/jobs/ports.ts';

export type MemorySink = LogSink & {
  following: LogSource[];
  /** By the source's id: the text of its file when it ended; undefined when there was no file any more. */
  ended: Map<string, string | undefined>[];
  forgotten: string[];
  /** What a stream's file held when it first ended; before that, what it holds. */
  textOf(stream: string): string | undefined;
};

const textAt = (path: string | undefined) =>
  path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : undefined;

export function memorySink(): MemorySink {
  const following: LogSource[] = [];
  const ended: MemorySink['ended'] = [];
  const forgotten: string[] = [];
  const streams = new Map<string, string>();
  return {
    ...{ following, ended, forgotten },
    textOf: (stream) => streams.get(stream) ?? textAt(following.find((source) => source.stream === stream)?.path),
    follow: (source) => void following.push(source),
    async finish({ id, stream, path }) {
      const text = textAt(path);
      ended.push(new Map([[id, text]]));
      if (text !== undefined && !streams.has(stream)) streams.set(stream, text);
    },
    forget: async (id) => void forgotten.push(id),
  };
}
