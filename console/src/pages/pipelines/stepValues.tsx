/** What a step was given and what it left behind. */
import { Json } from '../../parts/code.tsx';
import type { DescribedStep } from './described.ts';

export function StepValues({ described }: { described: DescribedStep }) {
  const { Arguments, Properties, StartTime } = described;
  return (
    <div className="step-overview">
      <div>
        <h3 className="step-heading">Arguments</h3>
        {!StartTime && (
          <p className="step-quiet">It has not begun: what is told by steps before it stands as it is written.</p>
        )}
        <Json value={Arguments} />
      </div>
      {Properties !== undefined && (
        <div>
          <h3 className="step-heading">Properties</h3>
          <p className="step-quiet">What other steps can refer to.</p>
          <Json value={Properties} open={1} />
        </div>
      )}
    </div>
  );
}
