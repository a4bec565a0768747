/** The gallery's drawings: a live graph of 200 steps, one of 2,000, a timeline, charts. */
import { useEffect, useMemo, useState } from 'react';
import { LineChart } from '../chart.tsx';
import { Graph, type GraphNode } from '../graph/graph.tsx';
import { Histogram } from '../histogram.tsx';
import { Section } from '../page.tsx';
import { Timeline } from '../timeline.tsx';

const MACHINE: GraphNode[] = [
  { id: 'Prepare', label: 'Prepare', kind: 'Processing', status: 'Succeeded', detail: '12 s' },
  { id: 'Each', label: 'ForEachRegion', kind: 'Map', status: 'Running', detail: '3 of 8' },
  { id: 'Train', label: 'TrainTheModelOfOneRegionWithEverything', kind: 'Training', status: 'Running', parent: 'Each' },
  { id: 'Good', label: 'GoodEnough?', kind: 'Choice', parent: 'Each' },
  { id: 'Keep', label: 'Register', kind: 'RegisterModel', parent: 'Each' },
  { id: 'Drop', label: 'Reject', kind: 'Fail', status: 'Failed', parent: 'Each' },
  { id: 'Approve', label: 'Approve', kind: 'Callback', status: 'PendingManualApproval' },
  { id: 'Report', label: 'Report', kind: 'Processing' },
];
const ARROWS = [
  { from: 'Prepare', to: 'Each' },
  { from: 'Train', to: 'Good' },
  { from: 'Good', to: 'Keep', label: 'yes' },
  { from: 'Good', to: 'Drop', label: 'no' },
  { from: 'Each', to: 'Approve' },
  { from: 'Approve', to: 'Report' },
];

function wide(count: number, row: number) {
  const nodes: GraphNode[] = Array.from({ length: count }, (_, index) => ({
    id: `s${index}`,
    label: `Step ${index}`,
    kind: 'Processing',
    status: 'Pending',
  }));
  const edges = nodes.flatMap((_, index) => (index < row ? [] : [{ from: `s${index - row}`, to: `s${index}` }]));
  return { nodes, edges };
}

const STATUSES = ['Pending', 'Executing', 'Succeeded', 'Failed'];

/** Ten statuses of the graph change with every frame. */
function useMoving(nodes: GraphNode[]): GraphNode[] {
  const [moving, setMoving] = useState(nodes);
  useEffect(() => {
    let frame = 0;
    let turn = 0;
    const move = () => {
      turn += 1;
      setMoving((now) =>
        now.map((node, index) =>
          (index + turn) % 20 === 0
            ? { ...node, status: STATUSES[Math.floor(turn / 20 + index / 3) % STATUSES.length] }
            : node,
        ),
      );
      frame = requestAnimationFrame(move);
    };
    frame = requestAnimationFrame(move);
    return () => cancelAnimationFrame(frame);
  }, []);
  return moving;
}

export function Graphs() {
  const [selected, setSelected] = useState<string>();
  const large = useMemo(() => wide(2000, 20), []);
  return (
    <div className="gallery-column">
      <Section title="A machine">
        <Graph nodes={MACHINE} edges={ARROWS} selected={selected} onSelect={setSelected} live height={620} />
      </Section>
      <Section title="2,000 steps">
        <Graph nodes={large.nodes} edges={large.edges} label="2,000 steps" />
      </Section>
    </div>
  );
}

export function Live() {
  const middle = useMemo(() => wide(200, 8), []);
  const moving = useMoving(middle.nodes);
  return (
    <Section title="200 steps, ten of which change with each frame">
      <Graph nodes={moving} edges={middle.edges} label="200 steps" height={640} live />
    </Section>
  );
}

const NOW = Date.now();
const STEPS = Array.from({ length: 40 }, (_, index) => ({
  id: `step-${index}`,
  label: `Step ${index}`,
  bars: [
    {
      from: NOW - 400_000 + index * 9000,
      to: index > 36 ? undefined : NOW - 390_000 + index * 9000 + index * 700,
      status: index > 36 ? 'Executing' : index === 20 ? 'Failed' : 'Succeeded',
      title: `Attempt 1`,
    },
  ],
}));
const curve = (at: number) => [at, Math.exp(-at / 40) + Math.sin(at) / 30] as const;
const CURVES = [
  { label: 'train:loss', points: Array.from({ length: 200 }, (_, at) => curve(at)) },
  {
    label: 'validation:loss',
    points: Array.from({ length: 40 }, (_, at) => [at * 5, curve(at * 5)[1] + 0.1] as const),
  },
];
const LOAD = [
  {
    label: 'CPU',
    points: Array.from({ length: 300 }, (_, at) => [NOW + at * 1000, Math.abs(Math.sin(at / 30))] as const),
  },
];
const VALUES = Array.from({ length: 1000 }, (_, at) => Math.sin(at) + Math.sin(at * 1.7));

export function Drawings() {
  const [selected, setSelected] = useState<string>();
  return (
    <div className="gallery-column">
      <Section title="Timeline">
        <Timeline rows={STEPS} from={NOW - 400_000} selected={selected} onSelect={setSelected} />
      </Section>
      <Section title="Charts">
        <LineChart series={CURVES} xKind="step" label="Loss" />
        <LineChart series={LOAD} xKind="time" label="Load" />
        <div className="gallery-line">
          <Histogram values={VALUES} label="Ages" />
        </div>
      </Section>
    </div>
  );
}
