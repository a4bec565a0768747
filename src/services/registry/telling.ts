/** What EventBridge is told of model packages, as SageMaker tells it: their descriptions, when they are made or changed. */
import type { RegistryPorts } from './ports.ts';

type Told = {
  arn: string;
  region: string;
  /** The members that an update gave. */
  changed?: readonly string[];
  describe(): object;
};

/** Inside the transaction of the change. */
export function tellOfPackage({ emit }: Pick<RegistryPorts, 'emit'>, { arn, region, changed, describe }: Told): void {
  emit({
    ...{ region, source: 'aws.sagemaker', resources: [arn] },
    detailType: 'SageMaker Model Package State Change',
    detail: () => ({
      ...withTimes(describe()),
      ...(changed && { UpdatedModelPackageFields: changed.filter((member) => !IDENTIFYING.has(member)) }),
    }),
  });
}

const IDENTIFYING: ReadonlySet<string> = new Set(['ModelPackageArn', 'ClientToken']);

/** It tells seconds. */
const withTimes = (members: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(members).map(([name, member]) => [
      name,
      member instanceof Date ? member.toISOString().replace(/\.\d+Z$/, 'Z') : member,
    ]),
  );
