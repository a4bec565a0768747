/** Glue jobs. Their scripts are objects, under keys that their contents make: another script is another location. */
import type { GlueJobDocument } from './documents.ts';
import { type Block, object } from './hcl.ts';
import { identifiers } from './identifiers.ts';
import { inner, resource } from './resources.ts';
import { REGION, TAGS, type Writing } from './writing.ts';

export function glueJobBlocks(writing: Writing): Block[] {
  const { glueJobs = [] } = writing.documents;
  const identifier = identifiers(glueJobs.map(({ name }) => name));
  return glueJobs.map((job) => glueJobBlock(writing, job, identifier(job.name)));
}

function glueJobBlock({ text, waitsFor }: Writing, { name, request }: GlueJobDocument, identifier: string): Block {
  const { Description, Role, Command, DefaultArguments, ExecutionProperty } = request;
  const given = Object.entries(DefaultArguments ?? {}).map(([argument, value]) => [argument, text(value)] as const);
  return resource(
    'aws_glue_job',
    identifier,
    {
      name: text(name),
      ...(Description !== undefined && { description: text(Description) }),
      region: REGION,
      role_arn: text(Role),
      ...(given.length > 0 && { default_arguments: object(Object.fromEntries(given)) }),
      max_retries: request.MaxRetries,
      timeout: request.Timeout,
      max_capacity: request.MaxCapacity,
      worker_type: request.WorkerType,
      number_of_workers: request.NumberOfWorkers,
      glue_version: request.GlueVersion,
      tags: TAGS,
    },
    {
      blocks: [
        inner('aws_glue_job', 'command', {
          name: Command.Name,
          script_location: text(Command.ScriptLocation),
          python_version: Command.PythonVersion,
        }),
        inner('aws_glue_job', 'execution_property', { max_concurrent_runs: ExecutionProperty.MaxConcurrentRuns }),
      ],
      dependsOn: waitsFor(Role),
    },
  );
}
