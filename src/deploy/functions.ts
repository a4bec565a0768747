/** Functions, and who may invoke them. Their zips lie beside the module, in `functions/`, and are the bytes that `telar publish` sends. */
import { handlerOf } from './bundle.ts';
import type { FunctionDocument, PermissionDocument } from './documents.ts';
import { type Block, call, expression, object, template } from './hcl.ts';
import { attribute, inner, resource } from './resources.ts';
import { REGION, TAGS, type Writing } from './writing.ts';

/** A function's zip, in the module's folder. */
export function functionZip(name: string): string {
  return `functions/${name}.zip`;
}

export function functionBlocks(writing: Writing): Block[] {
  const { functions = [], permissions = [] } = writing.documents;
  return [
    ...functions.map((fn) => functionBlock(writing, fn)),
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

function functionBlock({ names, text, waitsFor }: Writing, fn: FunctionDocument): Block {
  const { name, file, handler, runtime, roleArn, description, memory, timeout, environment } = fn;
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
      blocks:
        variables.length > 0
          ? [inner('aws_lambda_function', 'environment', { variables: object(Object.fromEntries(variables)) })]
          : [],
      dependsOn: waitsFor(roleArn),
    },
  );
}
