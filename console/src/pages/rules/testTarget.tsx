/** Sends one target of a rule by hand what the rule would send it of an event that is written here. */
import { refusal } from '../../data/session.ts';
import { startOf, useStartTarget } from '../../data/startTarget.ts';
import { targetOf } from '../../data/targets.ts';
import type { Output } from '../../data/types.ts';
import { indented } from '../../parts/jsonText.ts';
import { StartDialog } from '../../parts/startDialog.tsx';
import { sampleEvent } from './fitted.ts';
import { placeOf } from './place.ts';
import { isFixed, sentOf, type Target } from './sent.ts';
import { SentPayload } from './sentPayload.tsx';

type Rule = Output<'events', 'DescribeRule'>;

export function TestTarget({ rule, target, onClose }: { rule: Rule; target: Target; onClose(): void }) {
  const start = useStartTarget();
  const { kind, name } = targetOf(target.Arn ?? '');
  const fixed = isFixed(target);
  const asked = (written: string) => {
    const sent = fixed ? { payload: written } : sentOf(target, written, rule);
    return (
      sent && {
        event: { source: 'by.hand', detailType: `Test of ${rule.Name}` },
        ...{ ...sent, arn: target.Arn ?? '', messageGroupId: target.SqsParameters?.MessageGroupId },
      }
    );
  };
  const send = async (written: string) => {
    const sent = asked(written);
    if (!sent) throw refusal('ValidationException', 'An event is a JSON object: nothing was sent.', 400);
    return start.mutateAsync(sent);
  };
  return (
    <StartDialog
      open
      onClose={onClose}
      title={`Test ${target.Id} of ${rule.Name}`}
      label={fixed ? 'What it is sent' : 'The event'}
      hint={fixed ? undefined : 'A sample of what the rule waits for; change it as you like.'}
      json
      initial={fixed ? target.Input : indented(sampleEvent(rule.EventPattern, placeOf(rule.Arn ?? '')))}
      made={fixed ? undefined : (written) => <SentPayload target={target} sent={sentOf(target, written, rule)} />}
      action="Send now"
      commandOf={(written) => commandOf(asked(written))}
      start={send}
    >
      {kind} <b>{name}</b> gets it at once, from you: it takes your permission for{' '}
      <code>{startOf({ arn: target.Arn ?? '', payload: '' })?.operation}</code>, not that of the rule. Neither its
      pattern nor its state matters.
    </StartDialog>
  );
}

const commandOf = (asked: Parameters<typeof startOf>[0] | undefined) => asked && startOf(asked)?.command;
