/** Pipelines and state machines: resources whose definitions are files of their own. */
import type { MachineDocument, PipelineDocument, Settled } from './documents.ts';
import { type Block, call, expression, object, template, type Value } from './hcl.ts';
import { identifiers } from './identifiers.ts';
import type { Parts, Place } from './places.ts';
import { inner, resource } from './resources.ts';
import { placeExpression, REGION, TAGS, variableOf, type Writing } from './writing.ts';

export function pipelineBlocks(writing: Writing): Block[] {
  return writing.documents.pipelines.map((pipeline) => pipelineBlock(writing, pipeline));
}

function pipelineBlock(writing: Writing, pipeline: PipelineDocument): Block {
  const { names, text, waitsFor } = writing;
  const { name, displayName = name, description, roleArn, definition, maxParallelSteps } = pipeline;
  const parallel = maxParallelSteps && { max_parallel_execution_steps: maxParallelSteps };
  return resource(
    'aws_sagemaker_pipeline',
    names.pipelines(name),
    {
      pipeline_name: name,
      pipeline_display_name: displayName,
      pipeline_description: description,
      region: REGION,
      role_arn: text(roleArn),
      pipeline_definition: rendered(writing, pipelinePath(name), definition),
      tags: TAGS,
    },
    {
      blocks: parallel ? [inner('aws_sagemaker_pipeline', 'parallelism_configuration', parallel)] : [],
      dependsOn: waitsFor(roleArn),
    },
  );
}

/** A definition's template with its places set in; laid out otherwise, the file makes no difference. */
function rendered({ split, names }: Writing, path: string, definition: string): Value {
  const values = placesIn(split(definition)).map((place): [string, Value] => [
    variableOf(place, names),
    placeExpression(place, names),
  ]);
  const file = template([expression('path.module'), `/${path}`]);
  const text = call('templatefile', file, object(Object.fromEntries(values)));
  return call('jsonencode', call('jsondecode', text));
}

export function machineBlocks(writing: Writing): Block[] {
  const { machines } = writing.documents;
  const groups = [...new Set(machines.flatMap(logGroupsOf))];
  const bare = (name: string) => name.replace(/^\//, '');
  const groupIdentifier = identifiers(groups.map(bare));
  const group = (name: string) => groupIdentifier(bare(name));
  return [
    ...groups.map((name) => resource('aws_cloudwatch_log_group', group(name), { name, region: REGION, tags: TAGS })),
    ...machines.map((machine) => machineBlock(writing, machine, group)),
  ];
}

function machineBlock(writing: Writing, machine: MachineDocument, group: (name: string) => string): Block {
  const { names, text, waitsFor } = writing;
  const { name, type, roleArn, definition, loggingConfiguration: logging } = machine;
  const blocks = (logging?.destinations ?? []).map(({ cloudWatchLogsLogGroup: { logGroupArn } }) =>
    inner('aws_sfn_state_machine', 'logging_configuration', {
      level: logging!.level,
      include_execution_data: logging!.includeExecutionData,
      log_destination: text(logGroupArn),
    }),
  );
  return resource(
    'aws_sfn_state_machine',
    names.machines(name),
    {
      name,
      type,
      region: REGION,
      role_arn: text(roleArn),
      definition: rendered(writing, machinePath(name), definition),
      tags: TAGS,
    },
    {
      blocks,
      dependsOn: [
        ...waitsFor(roleArn),
        ...logGroupsOf(machine).map((logGroup) => expression(`aws_cloudwatch_log_group.${group(logGroup)}`)),
      ],
    },
  );
}

/** The names of the log groups that a machine logs into. */
function logGroupsOf({ loggingConfiguration }: MachineDocument): string[] {
  return (loggingConfiguration?.destinations ?? []).map(({ cloudWatchLogsLogGroup: { logGroupArn } }) =>
    logGroupArn.replace(/^.*?:log-group:/, '').replace(/:\*$/, ''),
  );
}

/** Each place once, in the order of their names. */
function placesIn(parts: Parts): Place[] {
  const found = parts.filter((part) => typeof part !== 'string');
  const key = (place: Place) => (place.kind === 'role' ? `role ${place.name}` : place.kind);
  const once = new Map(found.map((place) => [key(place), place]));
  return [...once].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, place]) => place);
}

function pipelinePath(pipeline: string): string {
  return `pipelines/${pipeline}.json.tftpl`;
}

function machinePath(machine: string): string {
  return `machines/${machine}.asl.json.tftpl`;
}

/** Of what, where, and the definition's JSON text. */
export type Definition = { readonly subject: string; readonly path: string; readonly definition: string };

export function definitionsOf({ pipelines, machines }: Settled): Definition[] {
  return [
    ...pipelines.map(({ name, definition }) => ({
      ...{ subject: `pipeline '${name}'`, path: pipelinePath(name), definition },
    })),
    ...machines.map(({ name, definition }) => ({
      ...{ subject: `state machine '${name}'`, path: machinePath(name), definition },
    })),
  ];
}
