/** The ARN of a version: it is made of the group's, which names region and account. */
import { useCall } from '../../data/queries.ts';

export function useVersionArn(group: string, version: string): string | undefined {
  const { data } = useCall('sagemaker', 'DescribeModelPackageGroup', { ModelPackageGroupName: group });
  const arn = data?.ModelPackageGroupArn;
  return arn && `${arn.replace(':model-package-group/', ':model-package/')}/${version}`;
}
