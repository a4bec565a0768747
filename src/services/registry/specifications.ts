/** What a model package says of how its model is served: containers, and the data that they load. */
import type { Call } from '../../protocol/service.ts';
import { registryErrors } from './errors.ts';
import type { Container, RegisteredPackage, RegistryPorts } from './ports.ts';

/**
 * @throws ValidationException for what cannot be said together, and for model data that does not exist; AccessDeniedException
 *   for model data that the caller may not read
 */
export function checkContainers(ports: RegistryPorts, containers: readonly Container[], call: Call): void {
  for (const container of containers) {
    if (container.AdditionalS3DataSource !== undefined) throw registryErrors.additionalSourceNotAllowed();
    if (container.ModelDataUrl !== undefined && container.ModelDataSource !== undefined) {
      throw registryErrors.twoSources();
    }
    const missing = dataUris(container).find((uri) => !ports.objectExists(uri, call));
    if (missing) throw registryErrors.noModelData(missing);
  }
}

function dataUris({ ModelDataUrl, ModelDataSource, AdditionalModelDataSources }: Container): string[] {
  return [ModelDataUrl, ModelDataSource?.S3DataSource?.S3Uri]
    .concat((AdditionalModelDataSources ?? []).map(({ S3DataSource }) => S3DataSource?.S3Uri))
    .filter((uri) => uri !== undefined);
}

/** The images and the models' data that containers are made of. */
export function containerUris(containers: readonly Container[]): RegisteredPackage['containers'] {
  return containers.flatMap((container) => [
    ...(container.Image === undefined ? [] : [{ uri: container.Image, type: 'Image' } as const]),
    ...dataUris(container).map((uri) => ({ uri, type: 'Model' }) as const),
  ]);
}

/** Every S3 URI that a package names: of its model's data, of the reports that speak for it. */
export function namedUris(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('s3://') ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(namedUris);
}
