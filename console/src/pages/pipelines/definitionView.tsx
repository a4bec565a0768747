/** A definition: its graph, the step that is looked at, and its text. */
import { useMemo } from 'react';
import type { Problem, Step } from '../../../../src/definition/pipeline/types.ts';
import { useAddress } from '../../data/address.ts';
import { Code, Json } from '../../parts/code.tsx';
import { Graph } from '../../parts/graph/graph.tsx';
import { Banner } from '../../parts/notice.tsx';
import { Facts, Section, Split } from '../../parts/page.tsx';
import { kindOf, neighboursOf, type Read } from './definition.ts';

export function DefinitionView({ read, text }: { read: Read | { problems: Problem[] }; text: string }) {
  const [selected, select] = useAddress('step');
  if ('problems' in read) {
    return (
      <>
        <Banner tone="warn">
          This version of Telar cannot read the definition: {read.problems.map(({ message }) => message).join(' ')}
        </Banner>
        <Code text={text} label="Copy the definition" />
      </>
    );
  }
  const graph = (
    <Graph
      nodes={read.nodes}
      edges={read.edges}
      selected={selected}
      onSelect={select}
      height="max(24rem, calc(100vh - 24rem))"
      label="Graph of the pipeline’s steps"
    />
  );
  const step = selected === undefined ? undefined : read.plan.steps[read.plan.byName.get(selected) ?? -1]?.step;
  return (
    <>
      {step ? (
        <Split side={<DefinedStep read={read} step={step} />} sideLabel={`Step ${step.Name}`}>
          {graph}
        </Split>
      ) : (
        graph
      )}
      <Section title="Text">
        <DefinitionText text={text} />
      </Section>
    </>
  );
}

function DefinitionText({ text }: { text: string }) {
  const value = useMemo(() => JSON.parse(text) as unknown, [text]);
  return <Json value={value} open={1} />;
}

function DefinedStep({ read, step }: { read: Read; step: Step }) {
  const { after, before } = neighboursOf(read.plan, step.Name);
  const cache = 'CacheConfig' in step ? step.CacheConfig : undefined;
  const retries = 'RetryPolicies' in step ? step.RetryPolicies : undefined;
  return (
    <Section title={step.DisplayName ?? step.Name}>
      <Facts
        items={[
          ['Type', kindOf(step.Type)],
          ['Description', step.Description],
          ['After', after.join(', ')],
          ['Before', before.join(', ')],
          ['Cache', cache && (cache.Enabled ? `results of ${cache.ExpireAfter}` : 'off')],
          ['Retries', retries?.flatMap(({ ExceptionType }) => ExceptionType).join(', ')],
        ]}
      />
      <Json value={step.Arguments} />
    </Section>
  );
}
