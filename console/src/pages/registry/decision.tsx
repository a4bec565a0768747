/** Approves or rejects a version, with a comment, and with what speaks for it beside the question. */
import { useState } from 'react';
import type { Metric } from '../../../../src/definition/pipeline/reportMetrics.ts';
import { useAct } from '../../data/queries.ts';
import { Confirm } from '../../parts/dialog.tsx';
import { Field, TextArea } from '../../parts/form.tsx';
import { number } from '../../parts/format.ts';
import { Facts } from '../../parts/page.tsx';
import { quoted } from '../../parts/shell.ts';
import { useToasts } from '../../parts/toast.tsx';
import { type ModelPackage, nameOf } from './model.ts';

export const VERDICTS = ['Approved', 'Rejected'] as const;
export type Verdict = (typeof VERDICTS)[number];

type Props = {
  /** Undefined while nothing is asked. */
  verdict: Verdict | undefined;
  onClose(): void;
  model: ModelPackage;
  metrics: readonly Metric[];
};

const LONGEST_COMMENT = 1024;
const WORDS = {
  Approved: {
    action: 'Approve',
    verb: 'approve',
    after: 'Batch inference uses the newest approved version from now on.',
  },
  Rejected: {
    action: 'Reject',
    verb: 'reject',
    after: 'It is not used; the version approved before it is, if there is one.',
  },
} as const;

export function Decision({ verdict, onClose, model, metrics }: Props) {
  const [comment, setComment] = useState('');
  const update = useAct('sagemaker', 'UpdateModelPackage');
  const { show } = useToasts();
  const { action, verb, after } = WORDS[verdict ?? 'Approved'];
  const name = nameOf(model);
  async function decide(): Promise<void> {
    await update.mutateAsync({
      ...{ ModelPackageArn: model.ModelPackageArn, ModelApprovalStatus: verdict },
      ...(comment !== '' && { ApprovalDescription: comment }),
    });
    show(`${name} is ${verdict === 'Approved' ? 'approved' : 'rejected'}.`);
    setComment('');
  }
  return (
    <Confirm
      open={verdict !== undefined}
      onClose={onClose}
      title={`${action} ${name}?`}
      action={action}
      danger={verdict === 'Rejected'}
      command={`telar ${verb} ${name}${comment === '' ? '' : ` --message ${quoted(comment)}`}`}
      onConfirm={decide}
    >
      <p>{after}</p>
      <Facts items={metrics.slice(0, 6).map((metric) => [metric.name, number(metric.value)])} />
      <Field label="Comment" hint="Kept with the decision, for whoever asks later.">
        <TextArea value={comment} onChange={setComment} maxLength={LONGEST_COMMENT} rows={3} />
      </Field>
    </Confirm>
  );
}
