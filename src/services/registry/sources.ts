/**
 * Where a package comes from: SourceUri. The ARN of another package makes a clone of it, and that of a model registers the model:
 * it is served as the one or the other is. Any other text is kept as a note.
 */
import { parseArn } from '../../base/arn.ts';
import type { Call } from '../../protocol/service.ts';
import type { CreatePackageInput, Parts } from './context.ts';
import { registryErrors } from './errors.ts';
import { readKept } from './kept.ts';
import { registryName } from './names.ts';

type Given = Pick<CreatePackageInput, 'SourceUri' | 'InferenceSpecification'>;

const MODEL = /^arn:aws[a-z-]*:sagemaker:[^:]*:\d{12}:model\//;
const PACKAGE = /^arn:aws[a-z-]*:sagemaker:[^:]*:\d{12}:model-package\//;

/**
 * The two members of a request that say how the model is served, of a clone or a model taken from its source.
 *
 * @throws ValidationException when both are given, as on AWS, and for a source that is not there; AccessDeniedException for
 *   one that the caller may not describe
 */
export function specificationOf({ account, store, ports }: Parts, given: Given, call: Call): Given {
  const { SourceUri: source, InferenceSpecification: specification } = given;
  if (source === undefined) return specification === undefined ? {} : { InferenceSpecification: specification };
  if (specification !== undefined) throw registryErrors.sourceAndSpecification();
  if (MODEL.test(source)) return { SourceUri: source, InferenceSpecification: ofModel(ports, source, call) };
  if (!PACKAGE.test(source)) return { SourceUri: source };
  mayDescribe('sagemaker:DescribeModelPackage', source, call);
  const named = registryName(account, source);
  const row = named?.kind === 'package' ? store.package(named.key) : undefined;
  if (!row) throw registryErrors.noPackage(source);
  const { InferenceSpecification } = readKept(row);
  return { SourceUri: source, ...(InferenceSpecification === undefined ? {} : { InferenceSpecification }) };
}

function ofModel(ports: Parts['ports'], arn: string, call: Call): Given['InferenceSpecification'] {
  mayDescribe('sagemaker:DescribeModel', arn, call);
  const containers = parseArn(arn)?.region === call.region ? ports.modelContainers(arn) : undefined;
  if (!containers) throw registryErrors.noModel(arn);
  return { Containers: containers };
}

/** Otherwise an answer would tell what the caller may not see. */
function mayDescribe(action: string, resource: string, call: Call): void {
  const refusal = call.refusal?.({ action, resource });
  if (refusal) throw refusal;
}
