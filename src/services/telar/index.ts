/** The `telar` service: what AWS has no operation for, on the same chain and in the same shape. */
import { defineOwnApi } from '../../protocol/ownApi.ts';
import type { Service } from '../../protocol/service.ts';
import { telarSchemas } from './api.ts';
import { operations } from './operations.ts';
import type { TelarPorts } from './ports.ts';

export type { AccessExplanation, ExplainedStatement, SeenEvent, TelarInput } from './api.ts';
export type { GarbageReport, TelarPorts } from './ports.ts';

export function createTelarService(ports: TelarPorts): Service {
  const table = operations(ports);
  return { name: 'telar', api: defineOwnApi('telar', 'Telar', Object.keys(table), telarSchemas), operations: table };
}
