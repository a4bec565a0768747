/** The gallery's controls: what is pressed, filled in, and said. */
import { useState } from 'react';
import { Button, IconButton } from '../button.tsx';
import { CopyCommand } from '../command.tsx';
import { Confirm, Dialog } from '../dialog.tsx';
import { Checkbox, Field, Fields, JsonInput, NumberInput, Select, TextArea, TextInput } from '../form.tsx';
import * as icons from '../icons.tsx';
import { Menu } from '../menu.tsx';
import { Banner, Empty, Facts, Failure, Loading, Section, Split } from '../page.tsx';
import { Status } from '../status.tsx';
import { Duration, Time } from '../time.tsx';
import { useToasts } from '../toast.tsx';

const STATUSES = [
  'Succeeded',
  'Executing',
  'PendingManualApproval',
  'Failed',
  'Stopped',
  'TIMED_OUT',
  'DISABLED',
  'Skipped',
];

export function Controls() {
  return (
    <div className="gallery-column">
      <Buttons />
      <Section title="Statuses and times">
        <div className="gallery-line">
          {STATUSES.map((status) => (
            <Status key={status} status={status} />
          ))}
        </div>
        <div className="gallery-line">
          <Time at={Date.now() - 3_700_000} /> · <Duration from={Date.now() - 7000} /> · <Duration from={0} to={245} />
        </div>
      </Section>
      <Split
        sideLabel="Facts"
        side={
          <Facts
            items={[
              ['Status', <Status key="status" status="Executing" />],
              ['ARN', 'arn:aws:sagemaker:eu-west-1:000000000000:pipeline/churn/execution/7dkq2p0z0gxs'],
              ['Started', <Time key="time" at={Date.now() - 90_000} />],
            ]}
          />
        }
      >
        <Forms />
      </Split>
      <Section title="Instead of content">
        <Banner tone="warn" actions={<Button>Look</Button>}>
          The schedule is behind by 4 minutes.
        </Banner>
        <Failure
          error={{
            code: 'AccessDeniedException',
            message: 'User is not authorized to perform sagemaker:StopPipelineExecution',
          }}
          retry={() => {}}
        />
        <Loading />
        <Empty title="No pipelines yet" command="telar deploy examples/churn">
          A pipeline is a graph of jobs. Deploy an example to see one run.
        </Empty>
      </Section>
    </div>
  );
}

function Buttons() {
  const { show } = useToasts();
  const [busy, setBusy] = useState(false);
  const [open, setOpen] = useState<'dialog' | 'confirm'>();
  const close = () => setOpen(undefined);
  const fail = () => Promise.reject(Object.assign(new Error('The execution has ended'), { code: 'ConflictException' }));
  return (
    <Section title="Buttons">
      <div className="gallery-line">
        <Button variant="primary" busy={busy} onClick={() => setBusy(true)}>
          <icons.PlayIcon /> Start
        </Button>
        <Button onClick={() => show('The execution was stopped.', 'good')}>Toast</Button>
        <Button onClick={() => show('The bucket is not empty.', 'bad')}>Failure toast</Button>
        <Button variant="danger" onClick={() => setOpen('confirm')}>
          Stop
        </Button>
        <Button disabled>Disabled</Button>
        <Button onClick={() => setOpen('dialog')}>Dialog</Button>
        <Menu
          items={[
            { label: 'Retry', icon: <icons.RetryIcon />, onSelect: () => show('Retried.') },
            { label: 'Delete', icon: <icons.CrossIcon />, danger: true, separated: true, onSelect: () => {} },
          ]}
        >
          <IconButton label="More" icon={<icons.MenuIcon />} />
        </Menu>
      </div>
      <div className="gallery-line">
        {Object.entries(icons).map(([name, Icon]) => (
          <span key={name} title={name}>
            <Icon />
          </span>
        ))}
      </div>
      <CopyCommand command="aws sagemaker start-pipeline-execution --pipeline-name churn --pipeline-parameters Name=rows,Value=1000" />
      <Dialog open={open === 'dialog'} onClose={close} title="Start an execution" actions={<Button>Start</Button>}>
        <Forms />
      </Dialog>
      <Confirm
        open={open === 'confirm'}
        onClose={close}
        title="Stop the execution?"
        action="Stop"
        command="telar stop churn"
        danger
        onConfirm={fail}
      >
        What runs is stopped; what is done stays.
      </Confirm>
    </Section>
  );
}

function Forms() {
  const [text, setText] = useState('churn');
  const [count, setCount] = useState<number | undefined>(0.5);
  const [json, setJson] = useState('{ "rows": 10, }');
  const [checked, setChecked] = useState(true);
  return (
    <Fields>
      <Field label="Name" hint="Letters, digits and hyphens.">
        <TextInput value={text} onChange={setText} />
      </Field>
      <Field label="Threshold" error={count === undefined ? 'A number is needed.' : undefined}>
        <NumberInput value={count} onChange={setCount} />
      </Field>
      <Field label="Instance">
        <Select value="ml.m5.large" onChange={() => {}} options={['ml.m5.large', 'ml.m5.xlarge']} />
      </Field>
      <Field label="Comment">
        <TextArea value={text} onChange={setText} />
      </Field>
      <Field label="Input">
        <JsonInput value={json} onChange={setJson} />
      </Field>
      <Checkbox label="With the cache" checked={checked} onChange={setChecked} />
    </Fields>
  );
}
