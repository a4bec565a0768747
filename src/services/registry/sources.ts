/**
 * Where a package comes from: SourceUri. The ARN of another package makes a clone of it, which is served as that one is;
 * any other text is kept as a note.
 */
import type { Call } from '../../protocol/service.ts';
import type { CreatePackageInput, Parts } from './context.ts';
import { registryErrors } from './errors.ts';
import { readKept } from './kept.ts';
import { registryName } from './names.ts';

type Given = Pick<CreatePackageInput, 'SourceUri' | 'InferenceSpecification'>;

const MODEL = /^arn:aws[a-z-]*:sagemaker:[^:]*:\d{12}:model\//;
const PACKAGE = /^arn:aws[a-z-]*:sagemaker:[^:]*:\d{12}:model-package\//;

/**
 * The two members of a request that say how the model is served, a clone's taken from its source.
 *
 * @throws ValidationException when both are given, as on AWS, and for a source that is not there; AccessDeniedException for
 *   one that the caller may not describe
 */
export function specificationOf({ account, store }: Parts, given: Given, call: Call): Given {
  const { SourceUri: source, InferenceSpecification: specification } = given;
  if (source === undefined) return specification === undefined ? {} : { InferenceSpecification: specification };
  if (specification !== undefined) throw registryErrors.sourceAndSpecification();
  if (MODEL.test(source)) throw registryErrors.sourceOfModel(source);
  if (!PACKAGE.test(source)) return { SourceUri: source };
  const refusal = call.refusal?.({ action: 'sagemaker:DescribeModelPackage', resource: source });
  if (refusal) throw refusal;
  const named = registryName(account, source);
  const row = named?.kind === 'package' ? store.package(named.key) : undefined;
  if (!row) throw registryErrors.noPackage(source);
  const { InferenceSpecification } = readKept(row);
  return { SourceUri: source, ...(InferenceSpecification === undefined ? {} : { InferenceSpecification }) };
}
