/** What a target would be sent, to read. */
import { targetOf } from '../../data/targets.ts';
import { Code } from '../../parts/code.tsx';
import { indented, jsonOrText } from '../../parts/jsonText.ts';
import type { Sent, Target } from './sent.ts';
import './sentPayload.css';

export function SentPayload({ target, sent }: { target: Target; sent: Sent | undefined }) {
  const { kind, name } = targetOf(target.Arn ?? '');
  return (
    <figure className="sent-payload">
      <figcaption>
        {kind} <b>{name}</b> {sent ? 'is sent' : 'is sent something of the event, which is none yet'}
      </figcaption>
      {sent && <Code text={shown(sent.payload)} />}
    </figure>
  );
}

/** JSON is made easy to read; what a template makes of several lines stays as it is. */
function shown(payload: string): string {
  const value = jsonOrText(payload);
  return typeof value === 'object' ? indented(value) : payload;
}
