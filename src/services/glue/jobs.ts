/** The rules of job definitions: creating, changing and deleting them. */
import type { Call } from '../../protocol/service.ts';
import type { CreateJobInput, Job, JobUpdate, Parts } from './context.ts';
import { definitionOf } from './definition.ts';
import { glueErrors } from './errors.ts';
import { jobArn, roleArnOf } from './names.ts';
import type { JobRow } from './store.ts';

export function requireJob({ db }: Pick<Parts, 'db'>, call: Call, name: string): JobRow {
  const row = db.job({ region: call.region, name });
  if (!row) throw glueErrors.noJob(name);
  return row;
}

/** The same job again is no error. @throws IdempotentParameterMismatchException, InvalidInputException */
export function createJob(parts: Parts, { Tags, ...input }: CreateJobInput, call: Call): string {
  const { db, ports } = parts;
  const name = input.Name!;
  const definition = checked(parts, definitionOf(input), call);
  const existing = db.job({ region: call.region, name });
  if (existing) {
    if (existing.definition !== definition) throw glueErrors.jobDiffers(name);
    return name;
  }
  const { region, now } = call;
  db.insertJob({ region, name, definition, created_at: now, modified_at: now });
  if (Tags && Object.keys(Tags).length > 0) ports.setTags(jobArn(call, name), tagList(Tags));
  return name;
}

/** What the update leaves out stands as in a new job. */
export function updateJob(parts: Parts, row: JobRow, update: JobUpdate, call: Call): void {
  const definition = checked(parts, definitionOf({ ...update, Name: row.name }), call);
  parts.db.updateJob({ id: row.id, definition, modified_at: call.now });
}

/** Runs under way go on. That there is no such job is no error. */
export function deleteJob({ db, ports }: Parts, name: string, call: Call): void {
  const row = db.job({ region: call.region, name });
  if (!row) return;
  db.removeJob({ id: row.id });
  db.removeRunsOver({ job: row.id });
  ports.removeTags(jobArn(call, name));
}

/** As JSON, of a job whose role is there for it. */
function checked({ ports }: Parts, definition: Job, call: Call): string {
  const role = definition.Role!;
  if (!ports.roleTrusts(roleArnOf(call, role), jobArn(call, definition.Name!))) throw glueErrors.role(role);
  return JSON.stringify(definition);
}

export function describeJob(row: JobRow): Job {
  const job = JSON.parse(row.definition) as Job;
  return { ...job, CreatedOn: new Date(row.created_at), LastModifiedOn: new Date(row.modified_at) };
}

export const tagList = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
