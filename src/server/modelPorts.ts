/** What the models service is given of the others. */
import type { Identity } from '../services/identity/index.ts';
import type { ModelsContext } from '../services/models/index.ts';
import type { ObjectAccess } from '../services/objects/index.ts';
import type { Registry } from '../services/registry/index.ts';
import { objectExists } from './s3Uris.ts';

type Ports = ModelsContext['ports'];
type Parts = {
  identity: Identity;
  objects: { objects: ObjectAccess };
  registry: Registry;
  tags: Pick<Ports, 'setTags' | 'removeTags'>;
};

export function modelPorts({ identity, objects, registry, tags }: Parts): Ports {
  return {
    modelPackage: registry.servedPackage,
    objectExists: (uri) => objectExists(objects.objects, uri),
    roleExists: (arn, model) => identity.trustsService(arn, 'sagemaker.amazonaws.com', model),
    setTags: tags.setTags,
    removeTags: tags.removeTags,
  };
}
