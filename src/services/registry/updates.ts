/** What UpdateModelPackage changes: approval, properties, stage of life, and what was left open at registration. */
import type { Call } from '../../protocol/service.ts';
import { writeUser } from '../../protocol/userContext.ts';
import type { Parts, UpdatePackageInput } from './context.ts';
import { registryErrors } from './errors.ts';
import { type Kept, readKept } from './kept.ts';
import { MOST_ADDITIONAL_SPECIFICATIONS, MOST_METADATA_PROPERTIES } from './legal.ts';
import { arnOfPackage, describePackage, digest, registered } from './packages.ts';
import { specificationOf } from './sources.ts';
import { checkContainers } from './specifications.ts';
import type { PackageRow } from './store.ts';
import { tellOfPackage } from './telling.ts';

/** Members that replace what the package has. */
const REPLACED = ['ModelPackageRegistrationType', 'ModelLifeCycle'] as const;

/**
 * Inside a transaction. Any approval status may follow any other.
 *
 * U1. The same ClientToken with the same request changes nothing a second time, whatever was changed in between.
 */
export function updatePackage(parts: Parts, row: PackageRow, input: UpdatePackageInput, call: Call): void {
  if (carriedOut(parts, input, call)) return;
  if (row.version === 0 && input.ModelApprovalStatus !== undefined) {
    throw registryErrors.notForUnversioned('ModelApprovalStatus');
  }
  checkContainers(parts.ports, input.InferenceSpecification?.Containers ?? [], call);
  const approval = input.ModelApprovalStatus ?? row.approval;
  const kept = changed(parts, readKept(row), input, call);
  parts.store.updatePackage({
    id: row.id,
    approval,
    approval_description: input.ApprovalDescription ?? row.approval_description,
    kept: JSON.stringify(kept),
    modified_at: call.now,
    modified_by: writeUser(call.principal),
  });
  const { region, name, version } = row;
  tellOfPackage(parts.ports, {
    ...{ arn: arnOfPackage(parts, row), region, changed: Object.keys(input) },
    describe: () => describePackage(parts, parts.store.package({ region, name, version })!),
  });
  if (approval !== row.approval) parts.ports.approvalChanged(registered(parts, { ...row, approval }, kept, call.now));
}

/** Whether the request with this ClientToken was carried out before; takes note of it. @throws ConflictException */
function carriedOut({ store }: Parts, input: UpdatePackageInput, { region }: Call): boolean {
  const { ClientToken: token, ...rest } = input;
  if (token === undefined) return false;
  const request = digest(rest);
  const before = store.updateOfToken({ region, token });
  if (!before) store.insertUpdateToken({ region, token, request });
  else if (before.request !== request) throw registryErrors.tokenReused(token);
  return before !== undefined;
}

function changed(parts: Parts, kept: Kept, input: UpdatePackageInput, call: Call): Kept {
  const replaced = REPLACED.flatMap((member) =>
    input[member] === undefined ? [] : [[member, input[member]] as const],
  );
  const { CustomerMetadataProperties: _, ...rest } = kept;
  return {
    ...rest,
    ...Object.fromEntries(replaced),
    ...specificationOf(parts, input, call),
    ...modelCard(kept, input),
    ...customerProperties(kept, input),
    ...additionalSpecifications(parts, kept, input, call),
  };
}

/** A card's content and status change one without the other. */
function modelCard({ ModelCard: before }: Kept, { ModelCard: given }: UpdatePackageInput): Pick<Kept, 'ModelCard'> {
  return given === undefined ? {} : { ModelCard: { ...before, ...given } };
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
  call: Call,
): Pick<Kept, 'AdditionalInferenceSpecifications'> {
  if (!added?.length) return {};
  const all = [...(kept.AdditionalInferenceSpecifications ?? [])];
  for (const specification of added) {
    if (all.some(({ Name }) => Name === specification.Name)) {
      throw registryErrors.specificationExists(specification.Name!);
    }
    checkContainers(ports, specification.Containers ?? [], call);
    all.push(specification);
  }
  if (all.length > MOST_ADDITIONAL_SPECIFICATIONS) {
    throw registryErrors.tooManySpecifications(MOST_ADDITIONAL_SPECIFICATIONS);
  }
  return { AdditionalInferenceSpecifications: all };
}
