/** The figures that a step led to: the last metrics of a training job, and those of the reports that are its property files. */
import { propertyFileUri } from '../../../../src/definition/pipeline/propertyFile.ts';
import { metricsIn } from '../../../../src/definition/pipeline/reportMetrics.ts';
import type { Json, PropertyFile } from '../../../../src/definition/pipeline/types.ts';
import { hrefOf } from '../../data/links.ts';
import { useJsonObject } from '../../data/objects.ts';
import { number } from '../../parts/format.ts';
import type { OverviewProps } from './described.ts';
import { type Figure, trainingMetrics } from './figures.ts';

export function StepMetrics({ execution: { read }, step, described }: OverviewProps) {
  const planned = read && 'plan' in read ? read.plan.steps[read.plan.byName.get(step.StepName) ?? -1]?.step : undefined;
  const files = planned && 'PropertyFiles' in planned ? (planned.PropertyFiles ?? []) : [];
  const { Properties } = described;
  if (Properties === undefined) return null;
  const trained = trainingMetrics(Properties);
  return (
    <>
      {trained.length > 0 && <Figures title="Metrics of the training" figures={trained} />}
      {files.map((file) => (
        <FileFigures key={file.PropertyFileName} file={file} properties={Properties} />
      ))}
    </>
  );
}

function FileFigures({ file, properties }: { file: PropertyFile; properties: Json }) {
  const uri = propertyFileUri(properties, file);
  const { data, error } = useJsonObject(uri ?? '');
  if (error) return <p className="step-quiet">{error.message}</p>;
  if (data === undefined) return null;
  return <Figures title={file.PropertyFileName} href={uri && hrefOf(uri)} figures={metricsIn(data as Json)} />;
}

function Figures({ title, href, figures }: { title: string; href?: string | undefined; figures: readonly Figure[] }) {
  return (
    <table className="step-metrics">
      <caption>{href === undefined ? title : <a href={href}>{title}</a>}</caption>
      <tbody>
        {figures.map(({ name, value }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{number(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
