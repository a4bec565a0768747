/** Names and ARNs of what a map run begins. All of them follow from the map run's own ARN. */
import { parseArn } from '../../../base/arn.ts';
import { uuid } from '../../../base/random.ts';
import { chanceOf } from '../../../engine/machines/chance.ts';
import { executionArn } from '../executions/names.ts';
import { machineArn } from '../names.ts';

/** @example labelOf('arn:aws:states:eu-west-1:111111111111:mapRun:titanic/Rows:6f…') // 'titanic/Rows' */
function labelOf(mapRunArn: string): { account: string; region: string; label: string } {
  const { account, region, resource } = parseArn(mapRunArn)!;
  return { account, region, label: resource.split(':')[1]! };
}

/** What lists and descriptions say is the machine of a map run's executions. */
export function childMachine(mapRunArn: string): { arn: string; name: string } {
  const { label, ...place } = labelOf(mapRunArn);
  return { arn: machineArn(place, label), name: label };
}

/** The execution of an item, or of the batch that begins with it: the same one when it is begun again after a crash. */
export function childNames(mapRunArn: string, first: number): { arn: string; name: string } {
  const { label, ...place } = labelOf(mapRunArn);
  const name = uuid(chanceOf(`${mapRunArn}:${first}`));
  return { arn: executionArn(place, label, name), name };
}
