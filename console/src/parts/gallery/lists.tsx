/** The gallery's lists: a long table, a log of more lines than one stretch, JSON of a megabyte. */
import { useMemo, useState } from 'react';
import { Code, Json } from '../code.tsx';
import { Differences } from '../diff.tsx';
import { number } from '../format.ts';
import { LogView } from '../log.tsx';
import { Section } from '../page.tsx';
import { Status } from '../status.tsx';
import { type Column, DataTable } from '../table.tsx';
import { Time } from '../time.tsx';

type Run = { name: string; status: string; auc: number; at: number };

const STATUSES = ['Succeeded', 'Failed', 'Executing', 'Stopped'];
const START = Date.now();

const runs = (count: number): Run[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `execution-${index}`,
    status: STATUSES[(index * 7) % 4]!,
    auc: 0.5 + ((index * 37) % 499) / 1000,
    at: START - index * 61_000,
  }));

const COLUMNS: Column<Run>[] = [
  { id: 'name', header: 'Execution', cell: (run) => run.name, sort: (run) => run.name },
  {
    id: 'status',
    header: 'Status',
    cell: (run) => <Status status={run.status} />,
    width: 160,
    sort: (run) => run.status,
  },
  { id: 'auc', header: 'AUC', cell: (run) => number(run.auc), align: 'right', width: 110, sort: (run) => run.auc },
  { id: 'at', header: 'Started', cell: (run) => <Time at={run.at} />, align: 'right', width: 140 },
];

const makeLines = () =>
  Array.from({ length: 450_000 }, (_, index) => ({
    time: START + index,
    text: `\u001b[3${index % 8}mepoch ${index}\u001b[0m loss=${(1 / (1 + index)).toFixed(6)}${index % 9973 === 0 ? ' WARNING: the rate is high' : ''}`,
  }));

let made: ReturnType<typeof makeLines> | undefined;
/** Made once, however often React asks. */
const allLines = () => {
  made ??= makeLines();
  return made;
};

const LARGE = {
  rows: Array.from({ length: 20_000 }, (_, index) => ({ id: index, name: `row ${index}` })),
  text: 'long '.repeat(400),
  nothing: null,
  yes: true,
  empty: [],
};

export function Lists() {
  const [count, setCount] = useState(10_000);
  const lines = useMemo(allLines, []);
  const [selected, setSelected] = useState<string>();
  const rows = useMemo(() => runs(count), [count]);
  return (
    <div className="gallery-column">
      <Section title="Executions">
        <DataTable
          label="Executions"
          columns={COLUMNS}
          rows={rows}
          keyOf={(run) => run.name}
          selected={selected}
          onOpen={(run) => setSelected(run.name)}
          hrefOf={(run) => `#${run.name}`}
          more={{ hasMore: true, loading: false, load: () => setCount((now) => now + 100) }}
          dense
        />
      </Section>
      <Section title="Log">
        <LogView lines={lines} live onDownload={() => {}} height={300} />
      </Section>
      <Section title="JSON">
        <Json value={LARGE} />
        <Code text={'def handler(event, context):\n    return event'} />
      </Section>
      <Section title="Two executions">
        <Differences
          labels={['execution-1', 'execution-2']}
          left={{ rows: 1000, image: 'sklearn:1.5', inputs: ['s3://data/1'] }}
          right={{ rows: 2000, image: 'sklearn:1.5', inputs: ['s3://data/1', 's3://data/2'] }}
        />
      </Section>
    </div>
  );
}
