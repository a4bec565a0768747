/** Starting a pipeline: a form made from its parameters, what is wrong with it, and the command lines that do the same. */
import { type FormEvent, useEffect, useId, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { ParameterDefinition, PipelineDefinition } from '../../../../src/definition/pipeline/types.ts';
import { hrefOf } from '../../data/links.ts';
import { useAct, useCall } from '../../data/queries.ts';
import { Button } from '../../parts/button.tsx';
import { CopyCommand } from '../../parts/command.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Checkbox, Field, Select, TextInput } from '../../parts/form.tsx';
import { shortName } from '../../parts/format.ts';
import { Failure } from '../../parts/notice.tsx';
import type { FromHere } from './fromHere.ts';
import { awsStart, faultsOf, givenOf, initialTexts, type Texts, telarRun } from './parameters.ts';
import './startDialog.css';

type Props = {
  pipeline: string;
  arn: string;
  definition: PipelineDefinition;
  version?: number | undefined;
  /** The values of an execution that is repeated. */
  repeated?: Texts | undefined;
  /** From a step of that execution on, and not from the beginning. */
  from?: FromHere | undefined;
  onClose: () => void;
};

export function StartDialog({ pipeline, arn, definition, version, repeated, from, onClose }: Props) {
  const parameters = definition.Parameters ?? [];
  const last = useLastValues(arn, parameters, repeated === undefined);
  const [changed, setChanged] = useState<Texts>({});
  const [name, setName] = useState('');
  const [, navigate] = useLocation();
  const start = useAct('sagemaker', 'StartPipelineExecution');
  const [token, setToken] = useState(() => crypto.randomUUID());
  const form = useId();
  const texts = useMemo(
    () => ({ ...initialTexts(parameters, repeated ?? last), ...changed }),
    [parameters, repeated, last, changed],
  );
  const faults = faultsOf(definition, texts);
  const given = givenOf(parameters, texts, from !== undefined);

  const change = (parameter: string, text: string) => {
    setChanged((now) => ({ ...now, [parameter]: text }));
    // Another request is not a repetition of the last one.
    setToken(crypto.randomUUID());
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (Object.keys(faults).length > 0) return;
    const input = {
      ...{ PipelineName: arn, ClientRequestToken: token, PipelineParameters: given },
      ...(name !== '' && { PipelineExecutionDisplayName: name }),
      ...(version !== undefined && { PipelineVersionId: version }),
      ...(from && { SelectiveExecutionConfig: selectiveOf(from) }),
    };
    try {
      const { PipelineExecutionArn = '' } = await start.mutateAsync(input);
      // Back leads to the page, and not to its dialog.
      onClose();
      navigate(hrefOf(PipelineExecutionArn)?.replace(/^\/console/, '') ?? '/pipelines');
    } catch {
      // Shown below.
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={from ? `Run ${pipeline} from ${from.step}` : `Start ${pipeline}`}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            type="submit"
            form={form}
            busy={start.isPending}
            disabled={Object.keys(faults).length > 0}
          >
            Start
          </Button>
        </>
      }
    >
      {from && <Taken from={from} />}
      <form id={form} className="start-form" onSubmit={(event) => void submit(event)}>
        {parameters.map((parameter) => (
          <ParameterField
            key={parameter.Name}
            parameter={parameter}
            text={texts[parameter.Name] ?? ''}
            fault={faults[parameter.Name]}
            last={(repeated ?? last)?.[parameter.Name]}
            repeated={repeated !== undefined}
            onChange={(text) => change(parameter.Name, text)}
          />
        ))}
        {parameters.length === 0 && <p className="start-none">It has no parameters.</p>}
        <Field label="Name of the execution" hint="Optional: letters, digits and hyphens.">
          <TextInput value={name} onChange={setName} maxLength={82} pattern="[a-zA-Z0-9](-*[a-zA-Z0-9])*" />
        </Field>
      </form>
      {start.error && <Failure error={start.error} />}
      <div className="start-commands">
        <p>The same from a shell:</p>
        {version === undefined && !from && <CopyCommand command={telarRun(pipeline, given)} />}
        <CopyCommand command={awsStart(pipeline, given, { version, selective: from && selectiveOf(from) })} />
      </div>
    </Dialog>
  );
}

const selectiveOf = ({ source, run }: FromHere) => ({
  SourcePipelineExecutionArn: source,
  SelectedSteps: run.map((StepName) => ({ StepName })),
});

function Taken({ from: { run, reused, source } }: { from: FromHere }) {
  return (
    <p>
      {run.join(', ')} {run.length === 1 ? 'runs' : 'run'} again.{' '}
      {reused.length > 0 && `What ${reused.join(', ')} made in ${shortName(source)} is taken over.`}
    </p>
  );
}

/** What has no default is, most of the time, what it was the last time. */
function useLastValues(arn: string, parameters: readonly ParameterDefinition[], wanted: boolean): Texts | undefined {
  const lacking = parameters.filter(({ DefaultValue }) => DefaultValue === undefined);
  const enabled = wanted && lacking.length > 0;
  const executions = useCall('sagemaker', 'ListPipelineExecutions', { PipelineName: arn, MaxResults: 1 }, { enabled });
  const last = executions.data?.PipelineExecutionSummaries?.[0]?.PipelineExecutionArn;
  const { data } = useCall(
    'sagemaker',
    'ListPipelineParametersForExecution',
    { PipelineExecutionArn: last ?? '', MaxResults: 100 },
    { enabled: enabled && last !== undefined, fixed: true },
  );
  return useMemo(() => {
    const names = new Set(lacking.map(({ Name }) => Name));
    const values = (data?.PipelineParameters ?? []).filter(({ Name }) => names.has(Name ?? ''));
    return Object.fromEntries(values.map(({ Name = '', Value = '' }) => [Name, Value]));
  }, [data, lacking]);
}

type FieldProps = {
  parameter: ParameterDefinition;
  text: string;
  fault: string | undefined;
  /** Its value in the last execution, where it has no default. */
  last: string | undefined;
  /** That is the one which is repeated. */
  repeated: boolean;
  onChange: (text: string) => void;
};

function ParameterField({ parameter, text, fault, last, repeated, onChange }: FieldProps) {
  const { Name, Type, EnumValues } = parameter;
  const [touched, setTouched] = useState(false);
  useEffect(() => setTouched((now) => now || text !== ''), [text]);
  if (Type === 'Boolean') {
    return <Checkbox label={Name} checked={/^true$/i.test(text)} onChange={(on) => onChange(on ? 'true' : 'false')} />;
  }
  // What nobody has written in yet is not wrong yet; the hint says that it is needed.
  const error = touched ? fault : undefined;
  const hint = `${Type}; ${whereFrom(parameter, text, last, repeated)}`;
  return (
    <Field label={Name} hint={hint} error={error}>
      {EnumValues ? (
        <Select
          value={text}
          options={EnumValues.includes(text) ? EnumValues : [text, ...EnumValues]}
          onChange={onChange}
        />
      ) : (
        <TextInput
          value={text}
          onChange={onChange}
          inputMode={Type === 'Integer' ? 'numeric' : Type === 'Float' ? 'decimal' : undefined}
        />
      )}
    </Field>
  );
}

function whereFrom(
  { DefaultValue }: ParameterDefinition,
  text: string,
  last: string | undefined,
  repeated: boolean,
): string {
  if (DefaultValue !== undefined) return `${String(DefaultValue)} by default`;
  return text !== '' && text === last ? `as in ${repeated ? 'that' : 'the last'} execution` : 'it must be given';
}
