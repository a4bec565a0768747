/** What the parts of the models service share. */
import type { Call, InputOf } from '../../protocol/service.ts';
import type { ModelsPorts } from './ports.ts';
import type { ModelsStore } from './store.ts';

/** The SDK whose types the operations take and answer. */
export type Sdk = typeof import('@aws-sdk/client-sagemaker');

export type Parts = { db: ModelsStore; ports: ModelsPorts };

export type CreateModelInput = InputOf<Sdk, 'CreateModel'>;
export type Container = NonNullable<CreateModelInput['PrimaryContainer']>;

/** SageMaker writes names into ARNs in lower case. */
export function modelArn(call: Pick<Call, 'region' | 'account'>, name: string): string {
  return `arn:aws:sagemaker:${call.region}:${call.account}:model/${name.toLowerCase()}`;
}
