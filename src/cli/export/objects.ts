/**
 * What `telar publish` uploads, as files: `bucket/<key>` for each object, to be copied with `aws s3 sync`, and
 * `start/<name>.json`, the parameters of a pipeline or the input of a state machine that a run of this code and data is started with;
 * `code.tfvars.json`, where the code lies, for a module whose schedules or rules name it.
 *
 * They are not Terraform's: a new version of the code must not remove the old one, which models that were trained with it name.
 */
import type { Places } from '../../deploy/places.ts';
import { CODE_VARIABLE, namesCode } from '../../deploy/writing.ts';
import type { ProjectDocuments } from '../../sdk/index.ts';
import { makeBundle } from '../project/bundle.ts';
import { dataObjects } from '../project/data.ts';
import { glueFiles } from '../publish/glueJobs.ts';
import type { Files } from './folder.ts';

/**
 * @param project the folder of telar.config.ts
 * @param bucket the bucket's name on AWS
 */
export async function objectFiles(
  project: string,
  documents: ProjectDocuments,
  places: Places,
  bucket: string,
): Promise<Files> {
  const { code, data, pipelines, machines, glueJobs } = documents;
  const bundle = code && (await makeBundle(project, code, documents.bucket.name));
  const files = new Map<string, Uint8Array>([['.gitignore', Buffer.from('*\n')]]);
  for (const { key, bytes } of dataObjects(project, data)) files.set(`bucket/${key}`, bytes);
  for (const { key, bytes } of glueJobs.flatMap((job) => glueFiles(project, job))) files.set(`bucket/${key}`, bytes);
  if (bundle) files.set(`bucket/${bundle.key}`, bundle.bytes);
  const placed = (text: string) =>
    places
      .split(text)
      .map((part) => (typeof part === 'string' ? part : bucket))
      .join('');
  // A project without code has no bundle to name: its parameters do not ask for one.
  const uri = bundle?.uri ?? 's3://none/none';
  if (bundle && namesCode(places)) {
    files.set('code.tfvars.json', Buffer.from(`${JSON.stringify({ [CODE_VARIABLE]: placed(uri) }, null, 2)}\n`));
  }
  for (const { name, startInput } of machines) {
    files.set(`start/${name}.json`, Buffer.from(`${JSON.stringify(JSON.parse(placed(startInput(uri))), null, 2)}\n`));
  }
  for (const { name, startParameters } of pipelines) {
    const given = Object.entries(startParameters(uri));
    const parameters = given.map(([Name, value]) => ({ Name, Value: placed(value) }));
    files.set(`start/${name}.json`, Buffer.from(`${JSON.stringify(parameters, null, 2)}\n`));
  }
  return files;
}
