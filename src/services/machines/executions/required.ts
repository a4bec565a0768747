/** The execution that a request names. */
import { machineErrors } from '../errors.ts';
import type { ExecutionParts } from './context.ts';
import { requireExecutionArn } from './names.ts';
import type { ExecutionRow } from './store.ts';

/** @throws InvalidArn, ExecutionDoesNotExist */
export function requireExecution({ executions }: Pick<ExecutionParts, 'executions'>, arn: string): ExecutionRow {
  const row = executions.execution({ arn: requireExecutionArn(arn) });
  if (!row) throw machineErrors.noExecution(arn);
  return row;
}
