/** What the parts of the pipelines service share. */
import type { World } from '../../base/world.ts';
import type { Engine } from '../../engine/kernel.ts';
import type { Api } from '../../protocol/api.ts';
import type { Call } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import type { PipelinePorts } from './ports.ts';
import type { PipelinesStore } from './store.ts';

export type PipelinesContext = {
  /** The SageMaker API, made once by the server. */
  api: Api;
  store: Store;
  world: World;
  engine: Engine;
  /** The account's twelve digits. */
  account: string;
  ports: PipelinePorts;
  /**
   * Whether a cache hit must find the very object versions that the step read, or, as on AWS, their URIs alone.
   * @default true
   */
  trackObjects?: boolean;
};

export type Parts = Pick<PipelinesContext, 'store' | 'world' | 'engine' | 'ports'> & {
  db: PipelinesStore;
  trackObjects: boolean;
};

/** The SDK whose types the operations take and answer. */
export type Sdk = typeof import('@aws-sdk/client-sagemaker');

export function pipelineArn(call: Pick<Call, 'region' | 'account'>, nameOrArn: string): string {
  if (nameOrArn.startsWith('arn:')) return nameOrArn;
  return `arn:aws:sagemaker:${call.region}:${call.account}:pipeline/${nameOrArn.toLowerCase()}`;
}
