/** The operations of IAM and STS that Telar serves: each file's table names and types its part, exhaustively. */
import { accessKeyOperations } from './accessKeyOperations.ts';
import { boundaryOperations } from './boundaryOperations.ts';
import type { Parts } from './context.ts';
import { groupOperations } from './groupOperations.ts';
import { groupPolicyOperations, rolePolicyOperations, userPolicyOperations } from './heldOperations.ts';
import { policyOperations } from './policyOperations.ts';
import { roleOperations } from './roleOperations.ts';
import { simulateOperations } from './simulateOperations.ts';
import { tagOperations } from './tagOperations.ts';
import { userOperations } from './userOperations.ts';

export { stsOperations } from './stsOperations.ts';

export function iamOperations(parts: Parts) {
  return {
    ...roleOperations(parts),
    ...rolePolicyOperations(parts),
    ...userOperations(parts),
    ...userPolicyOperations(parts),
    ...groupOperations(parts),
    ...groupPolicyOperations(parts),
    ...boundaryOperations(parts),
    ...simulateOperations(parts),
    ...tagOperations(parts),
    ...accessKeyOperations(parts),
    ...policyOperations(parts),
  };
}
