/** What UpdateModelPackage changes: approval, properties, stage of life, and what was left open at registration. */
import type { Call } from '../../protocol/service.ts';
import { type Parts, type UpdatePackageInput, writeUser } from './context.ts';
import { registryErrors } from './errors.ts';
import { MOST_ADDITIONAL_SPECIFICATIONS, MOST_METADATA_PROPERTIES } from './legal.ts';
import { type Kept, readKept, registered } from './packages.ts';
import { checkContainers } from './specifications.ts';
import type { PackageRow } from './store.ts';

/** Members that replace what the package has. */
const REPLACED = [
  'ModelPackageRegistrationType',
  'SourceUri',
  'ModelCard',
  'ModelLifeCycle',
  'InferenceSpecification',
] as const;

/** Inside a transaction. Any approval status may follow any other. */
export function updatePackage(parts: Parts, row: PackageRow, input: UpdatePackageInput, call: Call): void {
  if (row.version === 0 && input.ModelApprovalStatus !== undefined) {
    throw registryErrors.notForUnversioned('ModelApprovalStatus');
  }
  checkContainers(parts.ports, input.InferenceSpecification?.Containers ?? []);
  const approval = input.ModelApprovalStatus ?? row.approval;
  const kept = changed(parts, readKept(row), input);
  parts.store.updatePackage({
    id: row.id,
    approval,
    approval_description: input.ApprovalDescription ?? row.approval_description,
    kept: JSON.stringify(kept),
    modified_at: call.now,
    modified_by: writeUser(call.principal),
  });
  if (approval !== row.approval) parts.ports.approvalChanged(registered(parts, { ...row, approval }, kept, call.now));
}

function changed(parts: Parts, kept: Kept, input: UpdatePackageInput): Kept {
  const replaced = REPLACED.flatMap((member) =>
    input[member] === undefined ? [] : [[member, input[member]] as const],
  );
  const { CustomerMetadataProperties: _, ...rest } = kept;
  return {
    ...rest,
    ...Object.fromEntries(replaced),
    ...customerProperties(kept, input),
    ...additionalSpecifications(parts, kept, input),
  };
}

function customerProperties(kept: Kept, input: UpdatePackageInput): Pick<Kept, 'CustomerMetadataProperties'> {
  const properties = { ...kept.CustomerMetadataProperties, ...input.CustomerMetadataProperties };
  for (const key of input.CustomerMetadataPropertiesToRemove ?? []) delete properties[key];
  const count = Object.keys(properties).length;
  if (count > MOST_METADATA_PROPERTIES) throw registryErrors.tooManyProperties(MOST_METADATA_PROPERTIES);
  return count === 0 ? {} : { CustomerMetadataProperties: properties };
}

function additionalSpecifications(
  { ports }: Parts,
  kept: Kept,
  { AdditionalInferenceSpecificationsToAdd: added }: UpdatePackageInput,
): Pick<Kept, 'AdditionalInferenceSpecifications'> {
  if (!added?.length) return {};
  const all = [...(kept.AdditionalInferenceSpecifications ?? [])];
  for (const specification of added) {
    if (all.some(({ Name }) => Name === specification.Name)) {
      throw registryErrors.specificationExists(specification.Name!);
    }
    checkContainers(ports, specification.Containers ?? []);
    all.push(specification);
  }
  if (all.length > MOST_ADDITIONAL_SPECIFICATIONS) {
    throw registryErrors.tooManySpecifications(MOST_ADDITIONAL_SPECIFICATIONS);
  }
  return { AdditionalInferenceSpecifications: all };
}
