/** A machine's definition: as a graph whose states tell what they are, and as its text. */

import { useMemo } from 'react';
import { outlineOf } from '../../../../src/definition/asl/outline.ts';
import { statesOf } from '../../../../src/definition/asl/states.ts';
import { useAddress, useAsked } from '../../data/address.ts';
import { useCall } from '../../data/queries.ts';
import { Button } from '../../parts/button.tsx';
import { Code, Json } from '../../parts/code.tsx';
import { Graph } from '../../parts/graph/graph.tsx';
import { Banner, Empty } from '../../parts/notice.tsx';
import { Split } from '../../parts/page.tsx';
import type { Machine } from './data.ts';
import { edgesOf, nodesOf } from './drawing.ts';
import { indented } from './json.ts';
import { TestDialog } from './testState.tsx';

export function DefinitionGraph({ machine }: { machine: Machine }) {
  const { definition = '' } = machine;
  const [selected, select] = useAddress('state');
  const outline = useMemo(() => outlineOf(definition), [definition]);
  const nodes = useMemo(() => nodesOf(outline), [outline]);
  const edges = useMemo(() => edgesOf(outline), [outline]);
  return (
    <Split sideLabel="State" side={<DefinedState machine={machine} name={selected} />}>
      <Graph label="States" nodes={nodes} edges={edges} selected={selected} onSelect={select} height="70vh" />
    </Split>
  );
}

function DefinedState({ machine, name }: { machine: Machine; name: string | undefined }) {
  const { stateMachineArn: arn = '', definition = '', roleArn } = machine;
  const [testing, setTesting] = useAsked('test');
  const states = useMemo(() => statesOf(definition), [definition]);
  const found = name === undefined ? undefined : states.get(name);
  if (!found || name === undefined)
    return <Empty title="No state is selected">Select one to see its definition.</Empty>;
  const { Branches, ItemProcessor, Iterator: iterator, ...own } = found.state;
  const inside = [Branches, ItemProcessor, iterator].some((one) => one !== undefined);
  return (
    <>
      <div className="machines-panel-head">
        <h2 className="machines-state">{name}</h2>
        <Button onClick={() => setTesting(true)}>Test this state</Button>
      </div>
      {found.within !== undefined && <p className="machines-quiet">In {found.within}</p>}
      <Json value={own} open={4} />
      {inside && <p className="machines-quiet">The states inside of it are in the graph.</p>}
      {testing && (
        <TestDialog {...{ arn, definition, roleArn, name }} input={undefined} onClose={() => setTesting(false)} />
      )}
    </>
  );
}

export function Definition({ machine: { definition = '', type } }: { machine: Machine }) {
  const text = useMemo(() => indented(definition), [definition]);
  return (
    <div className="machines-stack">
      <Warnings definition={definition} type={type} />
      <Code text={text} label="Copy the definition" />
    </div>
  );
}

/** What is legal and looks wrong. */
function Warnings({ definition, type }: Pick<Machine, 'definition' | 'type'>) {
  const { data } = useCall('states', 'ValidateStateMachineDefinition', { definition, type, severity: 'WARNING' });
  const warnings = (data?.diagnostics ?? []).filter(({ severity }) => severity === 'WARNING');
  if (warnings.length === 0) return null;
  return (
    <Banner tone="warn">
      {warnings.map(({ location, message }) => (
        <p key={`${location} ${message}`}>
          <code>{location}</code> {message}
        </p>
      ))}
    </Banner>
  );
}
