/** What a job is: its statuses, times, image, machine and role, who started it, and why it failed. */
import type { ReactNode } from 'react';
import { hrefOf, links } from '../../data/links.ts';
import { useCall } from '../../data/queries.ts';
import { Copy } from '../../parts/command.tsx';
import { duration, shortName } from '../../parts/format.ts';
import { Banner } from '../../parts/notice.tsx';
import { Facts } from '../../parts/page.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { phraseOf } from '../../parts/tone.ts';
import type { Described } from './described.ts';

export function JobFacts({ job }: { job: Described }) {
  const use = useCall('telar', 'ListJobUse', { JobArn: job.arn });
  const requester = use.data?.Jobs[0]?.Requester;
  const { instances, created, started, ended, volumeGb, longest } = job;
  return (
    <>
      {job.exitMessage && <Banner>{job.exitMessage}</Banner>}
      <div className="jobs-facts">
        <Facts
          items={[
            ['Step of', job.execution && <Execution key="of" of={job.execution} />],
            ['Doing', job.secondary && job.secondary !== job.status && phraseOf(job.secondary)],
            ['Created', <Time key="created" at={created} />],
            ['Waited', started !== undefined && created !== undefined && duration((started - created) * 1000)],
            ['Ran', started !== undefined && <Duration key="ran" from={started} to={ended} />],
            ['Image', job.image && <code key="image">{job.image}</code>],
            ['Model', job.model],
            ['Machine', `${instances.count > 1 ? `${instances.count} × ` : ''}${instances.type}`],
            ['Volume', volumeGb !== undefined && `${volumeGb} GB`],
            ['At most', longest !== undefined && duration(longest * 1000)],
            ['Network', job.isolated && 'isolated'],
            ['Role', job.role && shortName(job.role)],
            ['Started by', requester && <Requester key="by" arn={requester} />],
            [
              'ARN',
              <span key="arn">
                <code>{job.arn}</code> <Copy label="Copy the ARN" text={job.arn} />
              </span>,
            ],
          ].map(([label, value]) => [label as string, (value || undefined) as ReactNode] as const)}
        />
      </div>
      <Transitions job={job} />
    </>
  );
}

function Execution({ of: { pipeline, id, step } }: { of: NonNullable<Described['execution']> }) {
  return (
    <a href={`${links.pipelineExecution(pipeline, id)}?step=${encodeURIComponent(step)}`}>
      {pipeline}, {step}
    </a>
  );
}

/** A pipeline's or state machine's role says which by its session. */
function Requester({ arn }: { arn: string }) {
  const href = hrefOf(arn);
  const name = arn.split(/:(?:user|assumed-role|role)\//)[1]?.replace('/', ', session ') ?? arn;
  return href === undefined ? <span title={arn}>{name}</span> : <a href={href}>{name}</a>;
}

function Transitions({ job: { transitions } }: { job: Described }) {
  if (transitions.length === 0) return null;
  return (
    <ol className="jobs-transitions" aria-label="Its way so far">
      {transitions.map(({ status, from, to, message }) => (
        <li key={`${status} ${from}`} title={message}>
          <span>{phraseOf(status)}</span>{' '}
          <span className="jobs-quiet">
            {/* The last one has no length: the job is over. */}
            {to !== undefined && to > from ? duration((to - from) * 1000) : ''}
          </span>
        </li>
      ))}
    </ol>
  );
}
