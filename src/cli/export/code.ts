/** The code that an exported module names: zips of functions, which lie beside it, and the keys of Glue jobs' files. */
import type { Documents } from '../../deploy/documents.ts';
import { functionZip } from '../../deploy/functions.ts';
import type { ProjectDocuments } from '../../sdk/index.ts';
import { functionCode } from '../project/functions.ts';
import { glueFiles } from '../publish/glueJobs.ts';
import type { Files } from './folder.ts';

export type ExportedCode = {
  readonly zips: Files;
  /** Documents as they are deployed: Glue jobs name their files' keys. */
  readonly place: (documents: ProjectDocuments) => Documents;
};

/** @param folder of telar.config.ts @throws BrokenFunction, MissingScript, ScriptTooLarge */
export async function exportedCode(folder: string, documents: ProjectDocuments): Promise<ExportedCode> {
  const zips = new Map<string, Uint8Array>();
  for (const fn of documents.functions) zips.set(functionZip(fn.name), await (await functionCode(folder, fn)).zip());
  const keys = new Map(
    documents.glueJobs.map((job) => [job.name, new Map(glueFiles(folder, job).map(({ file, key }) => [file, key]))]),
  );
  return {
    zips,
    place: ({ glueJobs, ...others }) => ({
      ...others,
      glueJobs: glueJobs.map(({ name, request }) => ({ name, request: request((file) => keys.get(name)!.get(file)!) })),
    }),
  };
}
