/**
 * One node: its status as colour, icon and words, its label, a line of detail. Takes only primitive values, so that a
 * change of one node's status renders that node alone.
 */
import { memo } from 'react';
import { ChevronIcon } from '../icons.tsx';
import { StatusIcon } from '../status.tsx';
import { phraseOf, toneOf } from '../tone.ts';
import { cutToWidth } from './words.ts';

export type NodeProps = {
  /** Of the element; `id` is the node's. */
  elementId: string;
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
  /** A parent whose inside is shown. */
  open: boolean;
  /** How many nodes it holds; 0 for one that holds none. */
  holds: number;
  label: string;
  kind: string | undefined;
  status: string | undefined;
  detail: string | undefined;
  selected: boolean;
  /** Reached by the keyboard. */
  active: boolean;
  /** Too small to read: only the box in its colour. */
  coarse: boolean;
};

/** What a screen reader says of a node, and what pointing at it shows. */
function nameOf({ label, kind, status, detail, holds, open }: NodeProps): string {
  const held = holds > 0 ? `${holds} ${holds === 1 ? 'step' : 'steps'} inside${open ? '' : ', folded'}` : undefined;
  return [label, kind, status && phraseOf(status), detail, held].filter(Boolean).join(', ');
}

export const GraphNodeView = memo(function GraphNodeView(props: NodeProps) {
  const { elementId, id, x, y, width, height, open, holds, label, kind, status, detail, selected, active, coarse } =
    props;
  const tone = status === undefined ? 'idle' : toneOf(status);
  const classes = ['graph-node', `graph-${tone}`];
  if (open) classes.push('graph-open');
  if (selected) classes.push('graph-selected');
  if (active) classes.push('graph-active');
  const name = nameOf(props);
  const second = detail ?? (status === undefined ? kind : [kind, phraseOf(status)].filter(Boolean).join(' · '));
  const room = width - (holds > 0 ? 76 : 48);
  return (
    <g
      id={elementId}
      className={classes.join(' ')}
      transform={`translate(${x} ${y})`}
      role="option"
      aria-selected={selected}
      aria-label={name}
      data-node={id}
    >
      <rect className="graph-box" width={width} height={height} rx={6} />
      {!coarse && (
        <>
          <title>{name}</title>
          {!open && <rect className="graph-stripe" width={4} height={height - 12} x={0} y={6} rx={2} />}
          <g className="graph-icon" transform={`translate(14 ${open ? 10 : 16})`}>
            {status !== undefined && <StatusIcon status={status} />}
          </g>
          <text className="graph-label" x={38} y={open ? 23 : second ? 20 : 29}>
            {cutToWidth(label, room, 13)}
          </text>
          {second && !open && (
            <text className="graph-detail" x={38} y={37}>
              {cutToWidth(second, room, 12)}
            </text>
          )}
          {holds > 0 && (
            <g className="graph-fold" data-fold={id} transform={`translate(${width - 32} ${open ? 6 : 12})`}>
              <rect width={24} height={24} rx={4} />
              <g transform={open ? 'translate(20 4) rotate(90)' : 'translate(4 4)'}>
                <ChevronIcon />
              </g>
            </g>
          )}
        </>
      )}
    </g>
  );
});
