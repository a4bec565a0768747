/** `telar publish`: shows what differs between the project and the server, and makes the server as the project says. */
import type { Context } from '../context.ts';
import type { ExitStatus } from '../errors.ts';
import { loadProject } from '../project/load.ts';
import { changeRecord } from '../publish/change.ts';
import { publish } from '../publish/publish.ts';
import { clients } from './shared.ts';

export async function publishVerb(
  context: Context,
  options: { dryRun?: boolean; prune?: boolean },
): Promise<ExitStatus> {
  const { out, project: folder } = context;
  const project = await loadProject(folder);
  const on = clients(context, project.region);
  const { documents, bundle, changes } = await publish(on, out, project, folder, options);
  const differing = changes.filter(({ action }) => action !== 'same');
  if (options.dryRun) out.line('Nothing was published: this was a dry run.');
  else if (differing.length === 0) out.line('Everything was published already.');
  else out.line(`Published ${differing.length} of ${changes.length} resources.`);
  const first = (documents.pipelines[0] ?? documents.machines[0])?.name;
  if (!options.dryRun && first) out.line(`  ${out.command(`run ${first}`)}`);
  out.result({
    project: documents.name,
    published: options.dryRun !== true,
    changes: changes.map(changeRecord),
    codeBundle: bundle
      ? { version: bundle.version, uri: bundle.uri, sha256: bundle.sha256, files: bundle.files }
      : null,
  });
  return 0;
}
