/**
 * What EventBridge is told of executions, as Step Functions tells it: of Standard ones, when they begin, end or are redriven.
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
import { parseArn } from '../../../base/arn.ts';
import type { MachinePorts } from '../ports.ts';
import { redriveStatus } from './redrivable.ts';
import type { ExecutionRow } from './store.ts';

/** Input and output are told while they are no longer together than this, in bytes. */
const LARGEST_DATA = 248 * 1024;

type Told = Omit<ExecutionRow, 'id'>;

/** Inside the transaction of the change, with the row as it then is. */
export function tellOfExecution(ports: Pick<MachinePorts, 'emit'>, row: Told, now: number): void {
  ports.emit({
    ...{ region: parseArn(row.arn)!.region, source: 'aws.states', resources: [row.arn] },
    detailType: 'Step Functions Execution Status Change',
    detail: () => detailOf(row, now),
  });
}

function detailOf(row: Told, now: number) {
  const { redriveStatus: status, redriveStatusReason: reason } = redriveStatus(row, now);
  return {
    executionArn: row.arn,
    stateMachineArn: row.machine_arn,
    name: row.name,
    status: row.status,
    startDate: row.started_at,
    stopDate: row.ended_at,
    ...dataOf(row),
    stateMachineVersionArn: row.version_arn,
    stateMachineAliasArn: row.alias_arn,
    redriveCount: row.redrive_count,
    redriveDate: row.redriven_at,
    redriveStatus: status,
    redriveStatusReason: reason ?? null,
    error: row.error,
    cause: row.cause,
  };
}

/** Of data that are too large together, AWS leaves out the output first. */
function dataOf({ input, output }: Told) {
  const [inputBytes, outputBytes] = [Buffer.byteLength(input), Buffer.byteLength(output ?? '')];
  const inputIncluded = inputBytes <= LARGEST_DATA;
  const outputIncluded = (inputIncluded ? inputBytes : 0) + outputBytes <= LARGEST_DATA;
  return {
    input: inputIncluded ? input : null,
    inputDetails: { included: inputIncluded },
    output: outputIncluded ? output : null,
    outputDetails: output === null ? null : { included: outputIncluded },
  };
}
