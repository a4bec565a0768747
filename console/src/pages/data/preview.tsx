/** What is in an object: the columns summed up, the first rows, or the text; nothing is read before this is shown. */
import { useState } from 'react';
import type { ColumnSummary, ObjectPreview, PreviewCell } from '../../../../src/services/telar/api.ts';
import { useCall } from '../../data/queries.ts';
import { Button } from '../../parts/button.tsx';
import { Code, Json } from '../../parts/code.tsx';
import { bytes, NOTHING, number, percent } from '../../parts/format.ts';
import { Histogram } from '../../parts/histogram.tsx';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Section } from '../../parts/page.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import type { ObjectName } from './entries.ts';

const ROWS = 100;
/** A table of more is slow to draw, and nobody reads it. */
const COLUMNS_AT_A_TIME = 40;

export function Preview({ object }: { object: ObjectName }) {
  const { data, error, refetch } = useCall('telar', 'PreviewObject', { ...object, MaxRows: ROWS });
  if (error?.code === 'NoPreview') return <Empty title="No preview">{error.message}</Empty>;
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Loading label="Looking into the object" />;
  return (
    <div className="data-preview">
      <p className="data-quiet">{extentOf(data)}</p>
      {data.Text === undefined ? <Tables preview={data} /> : <Text format={data.Format} text={data.Text} />}
    </div>
  );
}

const plural = (count: number, word: string) => `${count.toLocaleString('en-GB')} ${word}${count === 1 ? '' : 's'}`;

/** What was looked at, and what was made of it. */
function extentOf({
  Format,
  ColumnCount,
  SampledRows,
  TotalRows,
  SampledBytes,
  WholeObject,
  Notes,
}: ObjectPreview): string {
  const table = `${plural(TotalRows ?? SampledRows, 'row')} of ${plural(ColumnCount, 'column')}`;
  const sample = WholeObject
    ? 'All of it was looked at.'
    : ColumnCount > 0
      ? `Looked at: the first ${plural(SampledRows, 'row')} (${bytes(SampledBytes)}).`
      : 'This is its beginning.';
  return [
    `${Format}${ColumnCount > 0 && (WholeObject || TotalRows !== undefined) ? `, ${table}` : ''}.`,
    sample,
    ...Notes,
  ].join(' ');
}

function Text({ format, text }: { format: ObjectPreview['Format']; text: string }) {
  const value = format === 'JSON' ? parsed(text) : undefined;
  return value === undefined ? <Code text={text} /> : <Json value={value} />;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function Tables({ preview }: { preview: ObjectPreview }) {
  return (
    <>
      <Section title="Columns">
        <DataTable
          label="Columns"
          rows={preview.Columns.map((summary, place) => ({ summary, place }))}
          keyOf={({ place }) => String(place)}
          empty={<Empty title="No columns" />}
          columns={summaryColumns(preview.SampledRows)}
        />
        {preview.ColumnCount > preview.Columns.length && (
          <p className="data-quiet">The first {preview.Columns.length} columns are shown.</p>
        )}
      </Section>
      <Rows preview={preview} />
    </>
  );
}

type Placed = { summary: ColumnSummary; place: number };

const bound = (value: number | string | undefined) => (typeof value === 'number' ? number(value) : (value ?? NOTHING));

function summaryColumns(rows: number): Column<Placed>[] {
  return [
    {
      id: 'place',
      header: '#',
      width: '3rem',
      align: 'right',
      cell: ({ place }) => place + 1,
      sort: ({ place }) => place,
    },
    {
      id: 'name',
      header: 'Column',
      width: '10rem',
      cell: ({ summary }) => summary.Name,
      sort: ({ summary }) => summary.Name,
    },
    {
      id: 'type',
      header: 'Type',
      width: '5.5rem',
      cell: ({ summary }) => summary.Type,
      sort: ({ summary }) => summary.Type,
    },
    {
      ...{ id: 'missing', header: 'Missing', width: '5.5rem', align: 'right' },
      cell: ({ summary }) => (summary.Missing === 0 ? '0' : percent(summary.Missing / Math.max(1, rows))),
      sort: ({ summary }) => summary.Missing,
    },
    {
      ...{ id: 'distinct', header: 'Distinct', width: '6rem', align: 'right' },
      cell: ({ summary }) => (summary.Distinct === undefined ? '> 1,000' : number(summary.Distinct)),
      sort: ({ summary }) => summary.Distinct,
    },
    { id: 'min', header: 'Least', width: '6.5rem', align: 'right', cell: ({ summary }) => bound(summary.Min) },
    { id: 'mean', header: 'Mean', width: '6rem', align: 'right', cell: ({ summary }) => bound(summary.Mean) },
    { id: 'max', header: 'Most', width: '6.5rem', align: 'right', cell: ({ summary }) => bound(summary.Max) },
    { id: 'values', header: 'Values', width: '13rem', cell: ({ summary }) => <Values summary={summary} /> },
  ];
}

/** How numbers are spread; of what else recurs, the most frequent. */
function Values({ summary: { Name, Histogram: bins, Top } }: { summary: ColumnSummary }) {
  if (bins && bins.length > 1) {
    const shown = bins.map(({ From, To, Count }) => ({ from: From, to: To, count: Count }));
    return <Histogram label={Name} bins={shown} width={180} height={28} />;
  }
  if (!Top) return null;
  const text = Top.slice(0, 4).map(({ Value, Count }) => `${Value} ${number(Count)}`);
  return (
    <span className="data-top" title={Top.map(({ Value, Count }) => `${Value}: ${Count}`).join('\n')}>
      {text.join(', ')}
    </span>
  );
}

function Rows({ preview: { Columns, Rows: rows } }: { preview: ObjectPreview }) {
  const [from, setFrom] = useState(0);
  if (rows.length === 0) return null;
  const to = Math.min(Columns.length, from + COLUMNS_AT_A_TIME);
  const columns = Columns.slice(from, to).map(
    ({ Name, Type }, index): Column<Numbered> => ({
      ...{ id: String(from + index), header: <span title={`${Name}: ${Type}`}>{Name}</span>, width: '9rem' },
      align: Type === 'integer' || Type === 'number' ? 'right' : 'left',
      cell: ({ cells }) => <Cell value={cells[from + index] ?? null} />,
      sort: ({ cells }) => cells[from + index],
    }),
  );
  return (
    <Section
      title="First rows"
      actions={
        Columns.length > COLUMNS_AT_A_TIME && (
          <>
            <span className="data-quiet">
              Columns {from + 1} to {to} of {Columns.length}
            </span>
            <Button disabled={from === 0} onClick={() => setFrom(from - COLUMNS_AT_A_TIME)}>
              Earlier columns
            </Button>
            <Button disabled={to === Columns.length} onClick={() => setFrom(from + COLUMNS_AT_A_TIME)}>
              Later columns
            </Button>
          </>
        )
      }
    >
      <DataTable
        label="First rows"
        dense
        rows={rows.map((cells, index) => ({ cells, index }))}
        keyOf={({ index }) => String(index)}
        columns={[
          {
            id: 'row',
            header: 'Row',
            width: '4rem',
            align: 'right',
            cell: ({ index }) => index + 1,
            sort: ({ index }) => index,
          },
          ...columns,
        ]}
      />
    </Section>
  );
}

type Numbered = { cells: readonly PreviewCell[]; index: number };

function Cell({ value }: { value: PreviewCell }) {
  if (value === null) return <span className="data-missing">missing</span>;
  return <span title={typeof value === 'string' ? value : undefined}>{String(value)}</span>;
}
