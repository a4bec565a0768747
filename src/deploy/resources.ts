/**
 * Terraform resources of the AWS provider, typed by the provider's own table: an argument or attribute that it does not
 * have, or an argument that it needs and is not given, does not compile.
 */
import type { AWS_RESOURCES } from './generated/awsProvider.ts';
import { type Attributes, type Block, block, type Expression, expression, type Value } from './hcl.ts';

type Resources = typeof AWS_RESOURCES;
export type ResourceType = keyof Resources;

type Required<Spec> = { [K in keyof Spec]: Spec[K] extends `required ${string}` ? K : never }[keyof Spec];
type Optional<Spec> = { [K in keyof Spec]: Spec[K] extends `optional ${string}` ? K : never }[keyof Spec];
type Arguments<Spec> = { readonly [K in Required<Spec>]: Value } & {
  readonly [K in Optional<Spec>]?: Value | undefined;
};
type Inner<Spec> = { [K in keyof Spec]: Spec[K] extends string ? never : K }[keyof Spec];

/**
 * @param more.dependsOn resources that must be there first although no argument refers to them
 * @example resource('aws_s3_bucket', 'data', { bucket: expression('var.bucket') })
 */
export function resource<T extends ResourceType>(
  type: T,
  name: string,
  given: Arguments<Resources[T]>,
  more: { blocks?: readonly Block[]; dependsOn?: readonly Value[]; comment?: string } = {},
): Block {
  const { blocks, comment, dependsOn = [] } = more;
  const attributes: Attributes = { ...(given as Attributes), ...(dependsOn.length > 0 && { depends_on: dependsOn }) };
  return block('resource', [type, name], attributes, { ...(blocks && { blocks }), ...(comment && { comment }) });
}

/** What a resource is, or becomes. @example attribute('aws_iam_role', 'pipeline', 'arn') */
export function attribute<T extends ResourceType>(type: T, name: string, of: keyof Resources[T] & string): Expression {
  return expression(`${type}.${name}.${of}`);
}

/** A block inside of a resource. @example inner('aws_s3_bucket_versioning', 'versioning_configuration', { status: 'Enabled' }) */
export function inner<T extends ResourceType, B extends Inner<Resources[T]> & string>(
  _resource: T,
  name: B,
  given: Arguments<Resources[T][B]>,
  blocks: readonly Block[] = [],
): Block {
  return block(name, [], given as Attributes, { blocks });
}
