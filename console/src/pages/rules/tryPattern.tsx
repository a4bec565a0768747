/** Tries a rule's pattern with an event that is written here: whether it would match; and puts it on the bus, where it is allowed. */
import { useState } from 'react';
import { useAct } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { CopyCommand } from '../../parts/command.tsx';
import { Field, JsonInput, Select } from '../../parts/form.tsx';
import { indented, jsonOrText } from '../../parts/jsonText.ts';
import { Banner, Failure } from '../../parts/notice.tsx';
import { quoted } from '../../parts/shell.ts';
import { placeOf } from './place.ts';
import { eventOf, SAMPLES, sampleFor } from './samples.ts';
import './tryPattern.css';

type Props = { rule: Output<'events', 'DescribeRule'>; pattern: string; bus: string };

export function TryPattern({ rule, pattern, bus }: Props) {
  const first = sampleFor(pattern);
  const [sample, setSample] = useState(first.name);
  const written = (name: string) =>
    indented(eventOf(SAMPLES.find((one) => one.name === name) ?? first, placeOf(rule.Arn ?? '')));
  const [event, setEvent] = useState(() => written(first.name));
  const test = useAct('events', 'TestEventPattern');
  const put = useAct('events', 'PutEvents');
  const change = (text: string) => {
    setEvent(text);
    test.reset();
    put.reset();
  };
  const entry = entryOf(event, bus);
  return (
    <div className="try-pattern">
      <Field label="Sample" hint="What happened, to begin with; change it as you like.">
        <Select
          value={sample}
          options={SAMPLES.map(({ name }) => name)}
          onChange={(name) => {
            setSample(name);
            change(written(name));
          }}
        />
      </Field>
      <Field label="Event">
        <JsonInput value={event} onChange={change} rows={16} />
      </Field>
      <div className="try-pattern-actions">
        <Button
          variant="primary"
          busy={test.isPending}
          onClick={() => test.mutate({ EventPattern: pattern, Event: event })}
        >
          Test the pattern
        </Button>
        <Button
          disabled={entry === undefined}
          busy={put.isPending}
          onClick={() => entry && put.mutate({ Entries: [entry] })}
        >
          Put it on the bus
        </Button>
      </div>
      {entry === undefined && (
        <p className="try-pattern-note">
          Only events with a source of your own can be put on a bus: those of aws.* are told by the services themselves.
        </p>
      )}
      {test.data && (
        <Banner tone={test.data.Result ? 'good' : 'warn'}>
          {test.data.Result ? 'The rule would match this event.' : 'The rule would not match this event.'}
        </Banner>
      )}
      {test.error && <Failure error={test.error} />}
      <PutOutcome put={put} />
      <CopyCommand
        command={`aws events test-event-pattern --event-pattern ${quoted(pattern)} --event ${quoted(JSON.stringify(jsonOrText(event)))}`}
      />
    </div>
  );
}

function PutOutcome({ put }: { put: ReturnType<typeof useAct<'events', 'PutEvents'>> }) {
  const refused = put.data?.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
  return (
    <>
      {put.error && <Failure error={put.error} />}
      {refused && <Failure error={{ code: refused.ErrorCode, message: refused.ErrorMessage }} />}
      {put.data && !refused && <Banner tone="good">Event {put.data.Entries?.[0]?.EventId} is on the bus.</Banner>}
    </>
  );
}

/** Undefined where nobody but a service may tell of it, or it is no event. */
function entryOf(text: string, bus: string) {
  try {
    const event = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const source = String(event['source'] ?? '');
    if (source === '' || source.startsWith('aws.')) return undefined;
    const resources = Array.isArray(event['resources']) ? event['resources'].map(String) : [];
    return {
      ...{ EventBusName: bus, Source: source, DetailType: String(event['detail-type'] ?? '') },
      ...{ Detail: JSON.stringify(event['detail'] ?? {}), Resources: resources },
    };
  } catch {
    return undefined;
  }
}
