/**
 * State machines: made, changed by revisions, described, deleted.
 *
 * M1. An update that changes nothing makes no revision; the first revision has no id, as on AWS.
 * M2. A machine goes with its versions and aliases, once none of its executions is left; until then it is DELETING.
 */
import { uuid } from '../../base/random.ts';
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import type { Checked } from './checks.ts';
import { checkEncryption, checkedLogging } from './configuration.ts';
import type { CreateMachineInput, Parts, Sdk, UpdateMachineInput } from './context.ts';
import { requireSound } from './definitions.ts';
import { machineErrors } from './errors.ts';
import { DEFAULT_PAGE, DEFAULT_TYPE, ENCRYPTION, MOST_MACHINES } from './legal.ts';
import { isHere, machineArn, type Place, qualifiedArn, requireName, requireNamed, type StatesName } from './names.ts';
import type { MachineRow, RevisionRow, VersionRow } from './store.ts';
import { addTags } from './tags.ts';
import { publish } from './versions.ts';

type Description = OutputOf<Sdk, 'DescribeStateMachine'>;

const arnOfMachine = ({ account }: Pick<Parts, 'account'>, { region, name }: Pick<MachineRow, 'region' | 'name'>) =>
  machineArn({ account, region }, name);

/** The machine that an ARN names or lies in; undefined when there is none where the request acts. */
export function findMachine({ db }: Pick<Parts, 'db'>, place: Place, named: StatesName): MachineRow | undefined {
  return isHere(place, named) ? db.machine({ region: named.region, name: named.name }) : undefined;
}

/** @throws StateMachineDoesNotExist, InvalidArn, ValidationException of a qualified ARN */
export function requireMachine(parts: Pick<Parts, 'db'>, place: Place, arn: string): MachineRow {
  const machine = findMachine(parts, place, requireNamed(arn, 'machine'));
  if (!machine) throw machineErrors.noMachine(arn);
  return machine;
}

/** The same, of a machine that is to be changed. @throws StateMachineDeleting, too */
export function requireActive(parts: Pick<Parts, 'db'>, place: Place, arn: string): MachineRow {
  const machine = requireMachine(parts, place, arn);
  if (machine.status === 'DELETING') throw machineErrors.deleting(arn);
  return machine;
}

const currentRevision = ({ db }: Pick<Parts, 'db'>, { revision }: Pick<MachineRow, 'revision'>): RevisionRow =>
  db.revision({ id: revision })!;

/** What a revision is made of: two requests with the same content ask for the same. */
type Content = Pick<RevisionRow, 'definition' | 'variables' | 'role_arn' | 'logging' | 'tracing'>;

/** @param checked its definition */
export function createMachine(
  parts: Parts,
  input: CreateMachineInput,
  checked: Checked,
  call: Call,
): OutputOf<Sdk, 'CreateStateMachine'> {
  const name = input.name!;
  const type = input.type ?? DEFAULT_TYPE;
  requireName(name);
  if (input.versionDescription !== undefined && !input.publish) throw machineErrors.descriptionUnpublished();
  checkEncryption(input.encryptionConfiguration);
  const variables = requireSound(checked);
  const arn = machineArn(call, name);
  const content: Content = {
    definition: input.definition!,
    variables: JSON.stringify(variables),
    role_arn: input.roleArn!,
    logging: JSON.stringify(checkedLogging(parts, input.loggingConfiguration, call)),
    tracing: Number(input.tracingConfiguration?.enabled ?? false),
  };
  const published = {
    published: Number(input.publish ?? false),
    published_description: input.versionDescription ?? null,
  };
  const before = parts.db.machine({ region: call.region, name });
  if (before) return createdBefore(parts, before, { ...content, type, ...published });
  requireRole(parts, input.roleArn!, arn);
  if (parts.db.machineCount({ region: call.region })!.count >= MOST_MACHINES)
    throw machineErrors.tooManyMachines(MOST_MACHINES);
  const id = parts.db.insertMachine({
    ...{ region: call.region, name, type, status: 'ACTIVE', revision: 0, next_version: 1 },
    ...{ ...published, created_at: call.now },
  });
  const revision = parts.db.insertRevision({ machine: id, revision_id: null, ...content, created_at: call.now });
  parts.db.setRevision({ id, revision });
  addTags(parts, arn, input.tags ?? []);
  const created = { stateMachineArn: arn, creationDate: new Date(call.now) };
  if (!input.publish) return created;
  return { ...created, stateMachineVersionArn: publishedArn(parts, parts.db.machineOfId({ id })!, input, call) };
}

const publishedArn = (
  parts: Parts,
  machine: MachineRow,
  input: { versionDescription?: string | undefined },
  call: Call,
) => qualifiedArn(call, machine.name, publish(parts, machine, input.versionDescription, call).version);

/** AWS looks at neither role nor tags when it tells whether a request is the same again. */
function createdBefore(
  parts: Parts,
  machine: MachineRow,
  asked: Content & Pick<MachineRow, 'type' | 'published' | 'published_description'>,
): OutputOf<Sdk, 'CreateStateMachine'> {
  const arn = arnOfMachine(parts, machine);
  if (machine.status === 'DELETING') throw machineErrors.deleting(arn);
  const { definition, logging, tracing } = currentRevision(parts, machine);
  const there = { ...machine, definition, logging, tracing };
  const compared = ['definition', 'type', 'logging', 'tracing', 'published', 'published_description'] as const;
  if (compared.some((member) => there[member] !== asked[member])) throw machineErrors.machineExists(arn);
  const version = asked.published
    ? parts.db.versionOfRevision({ machine: machine.id, revision: machine.revision })
    : undefined;
  return {
    stateMachineArn: arn,
    creationDate: new Date(machine.created_at),
    ...(version ? { stateMachineVersionArn: `${arn}:${version.version}` } : {}),
  };
}

function requireRole({ ports }: Parts, roleArn: string, arn: string): void {
  if (!ports.roleTrusts(roleArn, arn)) throw machineErrors.role();
}

const UPDATED = [
  'definition',
  'roleArn',
  'loggingConfiguration',
  'tracingConfiguration',
  'encryptionConfiguration',
] as const;

/**
 * @param id of the machine that the definition was checked for: another may have its name by now, of another type
 * @param checked its definition, if it brings one
 */
export function updateMachine(
  parts: Parts,
  id: number,
  input: UpdateMachineInput,
  checked: Checked | undefined,
  call: Call,
): OutputOf<Sdk, 'UpdateStateMachine'> {
  const arn = input.stateMachineArn!;
  const machine = requireActive(parts, call, arn);
  if (machine.id !== id) throw machineErrors.noMachine(arn);
  if (UPDATED.every((member) => input[member] === undefined)) throw machineErrors.nothingToUpdate();
  if (input.versionDescription !== undefined && !input.publish) throw machineErrors.descriptionUnpublished();
  checkEncryption(input.encryptionConfiguration);
  const variables = checked && requireSound(checked);
  if (input.roleArn !== undefined) requireRole(parts, input.roleArn, arn);
  const before = currentRevision(parts, machine);
  const logging = input.loggingConfiguration;
  const content: Content = {
    definition: input.definition ?? before.definition,
    variables: variables ? JSON.stringify(variables) : before.variables,
    role_arn: input.roleArn ?? before.role_arn,
    logging: logging ? JSON.stringify(checkedLogging(parts, logging, call)) : before.logging,
    tracing: input.tracingConfiguration ? Number(input.tracingConfiguration.enabled ?? false) : before.tracing,
  };
  const revised = revise(parts, machine, before, content, call);
  return {
    updateDate: new Date(call.now),
    ...(revised.revision_id === null ? {} : { revisionId: revised.revision_id }),
    ...(input.publish
      ? { stateMachineVersionArn: publishedArn(parts, { ...machine, revision: revised.id }, input, call) }
      : {}),
  };
}

/** The revision of this content: a new one, if it is not the one that is there (M1). */
function revise({ db, world }: Parts, { id }: MachineRow, before: RevisionRow, content: Content, call: Call) {
  const members = ['definition', 'role_arn', 'logging', 'tracing'] as const;
  if (members.every((member) => before[member] === content[member])) return before;
  const made = { machine: id, revision_id: uuid(world.random), ...content, created_at: call.now };
  const revision = db.insertRevision(made);
  db.setRevision({ id, revision });
  return { id: revision, ...made };
}

/** A machine as it is now, or one of its versions. */
export function describeMachine(
  parts: Parts,
  { stateMachineArn: arn = '', includedData }: InputOf<Sdk, 'DescribeStateMachine'>,
  call: Call,
): Description {
  const named = requireNamed(arn, 'machine', 'version');
  const machine = findMachine(parts, call, named);
  const version = machine && named.kind === 'version' ? versionOf(parts, machine, named.version) : undefined;
  if (!machine || (named.kind === 'version' && !version)) throw machineErrors.noMachine(arn);
  const revision = version ? parts.db.revision({ id: version.revision })! : currentRevision(parts, machine);
  return {
    stateMachineArn: arn,
    name: machine.name,
    status: machine.status,
    type: machine.type,
    creationDate: new Date(version?.created_at ?? machine.created_at),
    ...(version?.description == null ? {} : { description: version.description }),
    ...describeRevision(revision),
    ...(includedData === 'METADATA_ONLY' ? { definition: '{}', variableReferences: undefined } : {}),
  };
}

const versionOf = ({ db }: Parts, { id }: MachineRow, version: number): VersionRow | undefined =>
  db.version({ machine: id, version });

/** What Describe answers of a revision, of a machine and of an execution alike. */
export function describeRevision(revision: RevisionRow) {
  const references = JSON.parse(revision.variables) as Record<string, string[]>;
  return {
    definition: revision.definition,
    roleArn: revision.role_arn,
    loggingConfiguration: JSON.parse(revision.logging) as NonNullable<Description['loggingConfiguration']>,
    tracingConfiguration: { enabled: revision.tracing === 1 },
    encryptionConfiguration: ENCRYPTION,
    ...(revision.revision_id === null ? {} : { revisionId: revision.revision_id }),
    ...(Object.keys(references).length > 0 ? { variableReferences: references } : {}),
  };
}

export function listMachines(
  { db, account }: Parts,
  { maxResults, nextToken }: InputOf<Sdk, 'ListStateMachines'>,
  { region }: Call,
): OutputOf<Sdk, 'ListStateMachines'> {
  const { items, next } = pageOf<MachineRow>(
    { query: { operation: 'ListStateMachines', region }, token: nextToken, limit: maxResults || DEFAULT_PAGE },
    (after, limit) => db.machines({ region, after: String(after?.[0] ?? ''), limit }),
    ({ name }) => [name],
    machineErrors.token,
  );
  return {
    stateMachines: items.map((machine) => ({
      stateMachineArn: machineArn({ account, region }, machine.name),
      name: machine.name,
      type: machine.type,
      creationDate: new Date(machine.created_at),
    })),
    ...(next === undefined ? {} : { nextToken: next }),
  };
}

/** To delete what does not exist is no mistake, as on AWS. */
export function deleteMachine(parts: Parts, arn: string, call: Call): void {
  const machine = findMachine(parts, call, requireNamed(arn, 'machine'));
  if (!machine) return;
  if (parts.unfinished(machine)) parts.db.setStatus({ id: machine.id, status: 'DELETING' });
  else removeMachine(parts, machine);
}

/** Inside a transaction: once the last execution of a machine that is being deleted has ended (M2). */
export function removeMachine(parts: Parts, machine: MachineRow): void {
  const { db, ports } = parts;
  for (const remove of [db.removeAliases, db.removeVersions, db.removeRevisions]) remove({ machine: machine.id });
  db.removeMachine({ id: machine.id });
  ports.removeTags(arnOfMachine(parts, machine));
}
