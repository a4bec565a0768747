/** The models service, with what it is given of the others. */
import type { Identity } from '../services/identity/index.ts';
import { createModelsService, type Models, type ModelsContext } from '../services/models/index.ts';
import type { ObjectAccess } from '../services/objects/index.ts';
import type { Registry } from '../services/registry/index.ts';
import type { Store } from '../store/store.ts';
import { sagemaker } from './apis.ts';
import { objectExists } from './s3Uris.ts';

type Parts = {
  store: Store;
  identity: Identity;
  objects: { objects: ObjectAccess };
  registry: Registry;
  tags: Pick<ModelsContext['ports'], 'setTags' | 'removeTags'>;
};

export function modelsService({ store, identity, objects, registry, tags }: Parts): Models {
  return createModelsService({
    ...{ api: sagemaker, store },
    ports: {
      modelPackage: registry.servedPackage,
      objectExists: (uri) => objectExists(objects.objects, uri),
      roleExists: (arn, model) => identity.trustsService(arn, 'sagemaker.amazonaws.com', model),
      setTags: tags.setTags,
      removeTags: tags.removeTags,
    },
  });
}
