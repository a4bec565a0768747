/** Whether a step ran or was taken from the cache, and why. */
import type { ReactNode } from 'react';
import { hrefOf } from '../../data/links.ts';
import { shortName } from '../../parts/format.ts';
import { Facts } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { DataTable } from '../../parts/table.tsx';
import type { DescribedStep } from './described.ts';

type Verdict = DescribedStep['Cache'];

export function StepCache({ described: { Cache } }: { described: DescribedStep }) {
  return (
    <div className="step-overview">
      <Facts items={factsOf(Cache)} />
      {Cache.verdict === 'miss' && Cache.changes.length > 0 && (
        <DataTable
          label="What had changed"
          dense
          rows={Cache.changes}
          keyOf={({ input }) => input}
          columns={[
            { id: 'input', header: 'Input', cell: ({ input }) => input },
            { id: 'before', header: 'Before', cell: ({ before }) => before },
            { id: 'after', header: 'This time', cell: ({ after }) => after },
          ]}
        />
      )}
    </div>
  );
}

function factsOf(cache: Verdict): (readonly [string, ReactNode])[] {
  const verdict = (word: string, tone: 'good' | 'idle') => <Status status={word} tone={tone} />;
  switch (cache.verdict) {
    case 'hit':
      return [
        ['Verdict', verdict('Cached', 'good')],
        ['Why', 'Nothing that it depends on has changed since.'],
        ['Result of', <Execution key="source" arn={cache.source} />],
      ];
    case 'miss':
      return [
        ['Verdict', verdict('Ran', 'idle')],
        ['Why', cache.reason],
        ['Compared with', cache.compared && <Execution arn={cache.compared} />],
      ];
    case 'off':
      return [
        ['Verdict', verdict('Ran', 'idle')],
        ['Why', 'The step does not ask for the cache: give it a CacheConfig (in the SDK: cache) that is Enabled.'],
      ];
    default:
      return [['Why', cache.reason]];
  }
}

function Execution({ arn }: { arn: string }) {
  return <a href={hrefOf(arn)}>{shortName(arn)}</a>;
}
