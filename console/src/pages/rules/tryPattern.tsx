/**
 * Tries a rule with an event that is written here: whether its pattern would match, and what each target would be sent of it; and puts
 * it on the bus, where it is allowed.
 */
import { useState } from 'react';
import { useAct, usePages } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { CopyCommand } from '../../parts/command.tsx';
import { Field, JsonInput, Select } from '../../parts/form.tsx';
import { indented, jsonOrText } from '../../parts/jsonText.ts';
import { Banner, Failure } from '../../parts/notice.tsx';
import { Section } from '../../parts/page.tsx';
import { quoted } from '../../parts/shell.ts';
import { sampleEvent } from './fitted.ts';
import { placeOf } from './place.ts';
import { eventOf, SAMPLES, sampleFor } from './samples.ts';
import { sentOf } from './sent.ts';
import { SentPayload } from './sentPayload.tsx';
import './tryPattern.css';

type Rule = Output<'events', 'DescribeRule'>;
type Props = { rule: Rule; pattern: string; bus: string };

export function TryPattern({ rule, pattern, bus }: Props) {
  const first = sampleFor(pattern);
  const [sample, setSample] = useState(first.name);
  const place = () => placeOf(rule.Arn ?? '');
  const written = (name: string) => indented(eventOf(SAMPLES.find((one) => one.name === name) ?? first, place()));
  const [event, setEvent] = useState(() => indented(sampleEvent(pattern, place())));
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
      {entry && <CopyCommand command={`aws events put-events --entries ${quoted(JSON.stringify([entry]))}`} />}
      <SentToTargets rule={rule} bus={bus} event={event} />
    </div>
  );
}

function SentToTargets({ rule, bus, event }: { rule: Rule; bus: string; event: string }) {
  const asked = { Rule: rule.Name, EventBusName: bus, Limit: 100 };
  const { items = [], error } = usePages('events', 'ListTargetsByRule', asked, (page) => page.Targets);
  return (
    <Section title="What its targets would be sent">
      {error && <Failure error={error} />}
      {items.map((target) => (
        <SentPayload key={target.Id} target={target} sent={sentOf(target, event, rule)} />
      ))}
    </Section>
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
