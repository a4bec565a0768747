/** Functions, and who may invoke them. Their zips lie beside the module, in `functions/`, and are the bytes that `telar publish` sends. */
import { handlerOf } from './bundle.ts';
import type { FunctionDocument, PermissionDocument } from './documents.ts';
import { type Block, block, call, expression, object, template } from './hcl.ts';
import { attribute, inner, resource } from './resources.ts';
import { REGION, TAGS, type Writing } from './writing.ts';

/** Lambda's own. */
const STORAGE = 512;

/** A function's zip, in the module's folder. */
export function functionZip(name: string): string {
  return `functions/${name}.zip`;
}

export function functionBlocks(writing: Writing): Block[] {
  const { functions = [], permissions = [] } = writing.documents;
  return [
    ...functions.flatMap((fn) => [functionBlock(writing, fn), ...unattendedBlocks(writing, fn)]),
    ...permissions.map((permission) => permissionBlock(writing, permission)),
  ];
}

function permissionBlock({ names, text }: Writing, permission: PermissionDocument): Block {
  const { function: name, statementId, principal, sourceArn } = permission;
  return resource('aws_lambda_permission', names.permission(permission), {
    function_name: attribute('aws_lambda_function', names.functions(name), 'function_name'),
    region: REGION,
    statement_id: statementId,
    action: 'lambda:InvokeFunction',
    principal,
    source_arn: text(sourceArn),
  });
}

/** What becomes of its invocations that nobody waits for, where the project says so. Its role must be allowed to tell. */
function unattendedBlocks({ names, text, waitsFor }: Writing, fn: FunctionDocument): Block[] {
  const { name, roleArn, unattended } = fn;
  if (!unattended) return [];
  const { retries, onFailure } = unattended;
  const type = 'aws_lambda_function_event_invoke_config';
  const told = onFailure === undefined ? [] : [block('on_failure', [], { destination: text(onFailure) })];
  return [
    resource(
      type,
      names.functions(name),
      {
        function_name: attribute('aws_lambda_function', names.functions(name), 'function_name'),
        region: REGION,
        ...(retries !== undefined && { maximum_retry_attempts: retries }),
      },
      {
        blocks: told.length > 0 ? [inner(type, 'destination_config', {}, told)] : [],
        dependsOn: waitsFor(roleArn, onFailure),
      },
    ),
  ];
}

function functionBlock({ names, text, waitsFor }: Writing, fn: FunctionDocument): Block {
  const { name, file, handler, runtime, roleArn, description, memory, storage, timeout, environment } = fn;
  const filename = template([expression('path.module'), `/${functionZip(name)}`]);
  const variables = Object.entries(environment).map(([variable, value]) => [variable, text(value)] as const);
  return resource(
    'aws_lambda_function',
    names.functions(name),
    {
      function_name: name,
      ...(description !== '' && { description: text(description) }),
      region: REGION,
      role: text(roleArn),
      runtime,
      handler: handlerOf(file, handler),
      filename,
      source_code_hash: call('filebase64sha256', filename),
      memory_size: memory,
      timeout,
      tags: TAGS,
    },
    {
      blocks: [
        ...(variables.length > 0
          ? [inner('aws_lambda_function', 'environment', { variables: object(Object.fromEntries(variables)) })]
          : []),
        ...(storage === STORAGE ? [] : [inner('aws_lambda_function', 'ephemeral_storage', { size: storage })]),
      ],
      dependsOn: waitsFor(roleArn),
    },
  );
}
