/** SageMaker's models: an image that serves, and the data that it loads. Owns the table `models`. */
import type { Api } from '../../protocol/api.ts';
import type { Call, Service } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import { modelArn, type Parts } from './context.ts';
import { type OwnContainer, ownContainer, type ServedModel } from './model.ts';
import { modelOperations } from './operations.ts';
import type { ModelsPorts } from './ports.ts';
import { modelsStore } from './store.ts';

export { migrations as modelsMigrations } from './store.ts';

export type ModelsContext = {
  /** The SageMaker API, made once by the server. */
  api: Api;
  store: Store;
  ports: ModelsPorts;
};

export type Models = {
  service: Service;
  /** Whether a model exists: for its tags. */
  exists(arn: string): boolean;
  /** What serves a model; undefined when there is none of this name. */
  served(call: Pick<Call, 'account' | 'region'>, name: string): ServedModel | undefined;
  /** The containers of a model, as a package that is made of it names them; undefined when there is none of this ARN. */
  containers(arn: string): OwnContainer[] | undefined;
};

export function createModelsService({ api, store, ports }: ModelsContext): Models {
  const parts: Parts = { db: modelsStore(store.sql), ports };
  return {
    service: { name: 'models', api, operations: modelOperations(parts) },
    exists: (arn) => parts.db.model({ arn }) !== undefined,
    containers(arn) {
      const row = parts.db.model({ arn });
      return row && [ownContainer(JSON.parse(row.served) as ServedModel)];
    },
    served(call, name) {
      const row = parts.db.model({ arn: modelArn(call, name) });
      return row && (JSON.parse(row.served) as ServedModel);
    },
  };
}
