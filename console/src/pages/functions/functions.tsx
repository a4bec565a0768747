/** All functions. */
import { links } from '../../data/links.ts';
import { usePages } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { bytes } from '../../parts/format.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { LastInvoked } from './lastInvoked.tsx';

type Row = NonNullable<Output<'lambda', 'ListFunctions'>['Functions']>[number];

export function FunctionsPage() {
  const { items, error, more, refetch } = usePages(
    'lambda',
    'ListFunctions',
    { MaxItems: 50 },
    (page) => page.Functions,
    {
      ...{ token: 'Marker', next: 'NextMarker' },
    },
  );
  return (
    <Page title="Functions">
      {error && <Failure error={error} retry={refetch} />}
      {!items && !error && <Loading />}
      {items && (
        <DataTable
          label="Functions"
          rows={items}
          keyOf={({ FunctionArn = '' }) => FunctionArn}
          hrefOf={({ FunctionName = '' }) => links.function(FunctionName)}
          more={more}
          empty={
            <Empty
              title="There is no function yet"
              command="aws lambda create-function --function-name f --runtime python3.12 --handler app.handler --role ROLE --zip-file fileb://f.zip"
            >
              A function runs your code when it is invoked: by a rule, a topic, a queue, a pipeline's Lambda step, or by
              hand.
            </Empty>
          }
          columns={COLUMNS}
        />
      )}
    </Page>
  );
}

const COLUMNS: Column<Row>[] = [
  {
    id: 'name',
    header: 'Function',
    width: '14rem',
    cell: ({ FunctionName }) => FunctionName,
    sort: ({ FunctionName }) => FunctionName,
  },
  { id: 'what', header: 'Description', cell: ({ Description }) => Description },
  { id: 'runtime', header: 'Runtime', width: '8rem', cell: ({ Runtime }) => Runtime, sort: ({ Runtime }) => Runtime },
  { id: 'state', header: 'State', width: '8rem', cell: ({ State = 'Active' }) => <Status status={State} /> },
  {
    ...{ id: 'last', header: 'Last invoked', width: '9rem' },
    cell: ({ FunctionName, LoggingConfig }) => (
      <LastInvoked group={LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`} />
    ),
  },
  {
    ...{ id: 'memory', header: 'Memory', width: '6rem', align: 'right' },
    ...{ cell: ({ MemorySize }) => MemorySize && `${MemorySize} MB`, sort: ({ MemorySize }) => MemorySize },
  },
  {
    ...{ id: 'size', header: 'Code', width: '7rem', align: 'right' },
    ...{ cell: ({ CodeSize = 0 }) => bytes(CodeSize), sort: ({ CodeSize }) => CodeSize },
  },
  {
    ...{ id: 'changed', header: 'Changed', width: '9rem' },
    ...{ cell: ({ LastModified }) => <Time at={LastModified} />, sort: ({ LastModified }) => LastModified },
  },
];
