/** A training job's metrics: their last values, and their course as the log tells it. */
import { useMemo } from 'react';
import type { JobLog } from '../../data/jobLog.ts';
import { Button } from '../../parts/button.tsx';
import { LineChart } from '../../parts/chart.tsx';
import { number } from '../../parts/format.ts';
import { Empty } from '../../parts/notice.tsx';
import { DataTable } from '../../parts/table.tsx';
import { chartsOf, curvesOf, definitionsOf } from './curves.ts';
import type { Described } from './described.ts';

export function JobMetrics({ job, log }: { job: Described; log: JobLog }) {
  const { image, metricDefinitions, metrics } = job;
  const definitions = useMemo(() => definitionsOf(image, metricDefinitions), [image, metricDefinitions]);
  const charts = useMemo(() => chartsOf(curvesOf(log.lines, definitions)), [log.lines, definitions]);
  const empty = (
    <Empty title="No metric was found">
      {definitions.length === 0
        ? 'The job names no MetricDefinitions: regular expressions that find figures in its log.'
        : 'None of its MetricDefinitions has found a figure in the log so far.'}
    </Empty>
  );
  return (
    <div className="jobs-use">
      {metrics.length > 0 && (
        <DataTable
          label="Last values"
          dense
          rows={metrics}
          keyOf={({ name }) => name}
          columns={[
            { id: 'name', header: 'Metric', cell: ({ name }) => name, sort: ({ name }) => name },
            { id: 'value', header: 'Last value', align: 'right', width: '10rem', cell: ({ value }) => number(value) },
          ]}
        />
      )}
      {charts.length === 0 && metrics.length === 0 && empty}
      <div className="jobs-charts">
        {charts.map(({ label, series }) => (
          <LineChart key={label} label={label} xKind="step" series={series} />
        ))}
      </div>
      {log.more.hasMore && (
        <p className="jobs-quiet">
          The curves are of the log’s last {log.lines.length.toLocaleString('en-GB')} lines.{' '}
          <Button busy={log.more.loading} onClick={log.more.load}>
            Read earlier lines
          </Button>
        </p>
      )}
    </div>
  );
}
