/**
 * Publishing what becomes of a function's invocations that nobody waits for: how often they are tried again, and who is told.
 *
 * V1. What the project does not say stays as it is on the server.
 */
import type { Lambda } from '@aws-sdk/client-lambda';
import type { FunctionDocuments } from '../../sdk/index.ts';
import { unlessMissing } from '../aws.ts';
import type { Change } from './change.ts';

const KIND = 'retries';
/** AWS's. */
const RETRIES = 2;

/** After the function, and after whoever is told. */
export async function unattendedChange(
  lambda: Lambda,
  { name: FunctionName, unattended }: FunctionDocuments,
): Promise<Change[]> {
  if (!unattended) return [];
  const there = await unlessMissing(lambda.getFunctionEventInvokeConfig({ FunctionName }));
  const before = {
    retries: there?.MaximumRetryAttempts ?? RETRIES,
    told: there?.DestinationConfig?.OnFailure?.Destination,
  };
  const { retries = before.retries, onFailure: told = before.told } = unattended;
  const details = [
    ...(retries === before.retries ? [] : [`retries: ${before.retries} becomes ${retries}`]),
    ...(told === before.told ? [] : [`on failure: ${before.told ?? 'none'} becomes ${told}`]),
  ];
  const name = FunctionName;
  if (details.length === 0) return [{ kind: KIND, name, action: 'same', details }];
  return [
    {
      ...{ kind: KIND, name, action: there ? 'change' : 'create', details },
      async apply() {
        const DestinationConfig = told ? { ...there?.DestinationConfig, OnFailure: { Destination: told } } : undefined;
        // Put replaces the whole.
        const MaximumEventAgeInSeconds = there?.MaximumEventAgeInSeconds;
        await lambda.putFunctionEventInvokeConfig({
          ...{ FunctionName, MaximumRetryAttempts: retries, MaximumEventAgeInSeconds, DestinationConfig },
        });
      },
    },
  ];
}
