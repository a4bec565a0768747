/** A machine's definition: as a graph whose states tell what they are, and as its text. */

import { useMemo } from 'react';
import { outlineOf } from '../../../../src/definition/asl/outline.ts';
import { statesOf } from '../../../../src/definition/asl/states.ts';
import { useAddress } from '../../data/address.ts';
import { Code, Json } from '../../parts/code.tsx';
import { Graph } from '../../parts/graph/graph.tsx';
import { Empty } from '../../parts/notice.tsx';
import { Split } from '../../parts/page.tsx';
import type { Machine } from './data.ts';
import { edgesOf, nodesOf } from './drawing.ts';
import { indented } from './json.ts';

export function DefinitionGraph({ definition }: { definition: string }) {
  const [selected, select] = useAddress('state');
  const outline = useMemo(() => outlineOf(definition), [definition]);
  const nodes = useMemo(() => nodesOf(outline), [outline]);
  const edges = useMemo(() => edgesOf(outline), [outline]);
  return (
    <Split sideLabel="State" side={<DefinedState definition={definition} name={selected} />}>
      <Graph label="States" nodes={nodes} edges={edges} selected={selected} onSelect={select} height="70vh" />
    </Split>
  );
}

function DefinedState({ definition, name }: { definition: string; name: string | undefined }) {
  const states = useMemo(() => statesOf(definition), [definition]);
  const found = name === undefined ? undefined : states.get(name);
  if (!found) return <Empty title="No state is selected">Select one to see its definition.</Empty>;
  const { Branches, ItemProcessor, Iterator: iterator, ...own } = found.state;
  const inside = [Branches, ItemProcessor, iterator].some((one) => one !== undefined);
  return (
    <>
      <h2 className="machines-state">{name}</h2>
      {found.within !== undefined && <p className="machines-quiet">In {found.within}</p>}
      <Json value={own} open={4} />
      {inside && <p className="machines-quiet">The states inside of it are in the graph.</p>}
    </>
  );
}

export function Definition({ machine: { definition = '' } }: { machine: Machine }) {
  const text = useMemo(() => indented(definition), [definition]);
  return <Code text={text} label="Copy the definition" />;
}
