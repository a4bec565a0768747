/** Task, and what readers and writers ask for. */
import type { TaskResource, TaskState } from '../types.ts';
import { readObjectTemplate } from './expressions.ts';
import { readFlow, readTransition } from './flow.ts';
import { readGuards } from './guards.ts';
import { MAX_SECONDS, readFlexibleNumber } from './numbers.ts';
import { readResourceArn, refusedByType } from './resources.ts';
import { below, has, member, type Range, readObject, readText, requireFields, type Site } from './site.ts';

/** What a state is until its Resource is repaired: such a machine never runs (S1). */
const NOWHERE: TaskResource = { kind: 'lambda', arn: '' };
const SECONDS: Range = { kind: 'integer', min: 1, max: MAX_SECONDS };

export function readTask(site: Site, name: string): TaskState {
  requireFields(site, ['Resource']);
  const resource = readResource(site) ?? NOWHERE;
  const timeout = readFlexibleNumber(site, 'TimeoutSeconds', SECONDS);
  const heartbeat = readFlexibleNumber(site, 'HeartbeatSeconds', SECONDS);
  checkHeartbeat(site);
  const credentials = readCredentials(site, resource);
  checkFields(site, resource);
  return {
    type: 'Task',
    name,
    flow: readFlow(site),
    ...readTransition(site),
    ...readGuards(site),
    resource,
    ...(timeout && { timeout }),
    ...(heartbeat && { heartbeat }),
    ...(credentials && { credentials }),
  };
}

function readResource(site: Site): TaskResource | undefined {
  const arn = readText(site, 'Resource');
  if (arn === undefined) return undefined;
  const reading = readResourceArn(arn);
  const refusal = reading.ok
    ? (refusedByType(reading.resource, site.type) ?? site.machine.supports?.(reading.resource))
    : reading.message;
  if (refusal !== undefined) site.report.error(refusal, below(site, 'Resource'));
  return reading.ok ? reading.resource : undefined;
}

/** What the integration does not take. */
function checkFields(site: Site, resource: TaskResource): void {
  const field = site.language === 'JSONata' ? 'Arguments' : 'Parameters';
  const template = member(site, field);
  const { unsupportedFields } = site.machine;
  if (resource.kind !== 'integration' || template === undefined || !unsupportedFields) return;
  for (const { at, message } of unsupportedFields(resource, template, site.language)) {
    site.report.error(message, `${below(site, field)}${at}`);
  }
}

/** Where both are written as numbers. */
function checkHeartbeat(site: Site): void {
  const timeout = member(site, 'TimeoutSeconds');
  const heartbeat = member(site, 'HeartbeatSeconds');
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
    site.report.error(
      "Field 'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'",
      below(site, 'HeartbeatSeconds'),
    );
  }
}

function readCredentials(site: Site, resource: TaskResource): TaskState['credentials'] {
  if (!has(site, 'Credentials')) return undefined;
  if (resource.kind === 'activity') {
    site.report.error("The field 'Credentials' is not supported for activities", below(site, 'Credentials'));
  }
  const credentials = readObject(site, 'Credentials');
  if (credentials === undefined) return undefined;
  if (!has(credentials, 'RoleArn') && !(site.language === 'JSONPath' && has(credentials, 'RoleArn.$'))) {
    site.report.error("The field 'RoleArn' is required but was missing", credentials.at);
    return undefined;
  }
  return readObjectTemplate(site, 'Credentials');
}
