/** Two versions of a model beside each other: figures, files, settings and who made them. */
import { useSearchParams } from 'wouter';
import { links } from '../../data/links.ts';
import { useJsonObject } from '../../data/objects.ts';
import { useCall } from '../../data/queries.ts';
import { Differences } from '../../parts/diff.tsx';
import { Failure, Loading } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import type { PageProps } from '../area.ts';
import { compared, reportUri } from './model.ts';
import { useVersionArn } from './versionArn.ts';

export function ComparePage({ params: { group } }: PageProps<'group'>) {
  const [query] = useSearchParams();
  const [left, right] = [query.get('left') ?? '', query.get('right') ?? ''];
  const [one, other] = [useVersion(group, left), useVersion(group, right)];
  const error = one.error ?? other.error;
  return (
    <Page
      title={`Version ${left} beside version ${right}`}
      crumbs={[
        { label: 'Model registry', href: links.registry() },
        { label: group, href: links.modelGroup(group) },
      ]}
    >
      {error && <Failure error={error} />}
      {!error && (!one.record || !other.record) && <Loading />}
      {one.record && other.record && (
        <Differences left={one.record} right={other.record} labels={[`Version ${left}`, `Version ${right}`]} />
      )}
    </Page>
  );
}

function useVersion(group: string, version: string) {
  const arn = useVersionArn(group, version);
  const { data, error } = useCall(
    'sagemaker',
    'DescribeModelPackage',
    { ModelPackageName: arn ?? '' },
    { enabled: arn !== undefined },
  );
  const uri = data ? reportUri(data) : '';
  const report = useJsonObject(uri);
  const read = data !== undefined && (uri === '' || !report.isLoading);
  return { error, record: read ? compared(data, report.data) : undefined };
}
