/**
 * Random state machines: every type of state but distributed maps, both query languages, failures, retries and catches, all from
 * one seed. A state's input is always an object, so that most of them get somewhere.
 */
import type { Rng } from '../world.ts';

type Fields = Record<string, unknown>;
type Branch = { StartAt: string; States: Record<string, Fields> };

export const CHILD = 'arn:aws:states:us-east-1:000000000000:stateMachine:child';
export const ACTIVITY = 'arn:aws:states:us-east-1:000000000000:activity:work';

/** Longer than all the time for which a server may be down. */
const PATIENT = 7200;

/** A definition document with 2 to about 30 states. */
export function randomMachine(random: Rng): string {
  let names = 0;
  const name = (type: string) => `${type}${names++}`;
  return JSON.stringify({ ...branch(0), ...(random.chance(0.2) && { TimeoutSeconds: 1_000_000 }) });

  function branch(depth: number): Branch {
    const last = name('End');
    const made = Array.from({ length: 1 + random.int(depth === 0 ? 6 : 3) }, () => oneState(depth));
    const order = [...made.map(([own]) => own), last];
    const States: Record<string, Fields> = {};
    made.forEach(([own, fields], index) => {
      States[own] = goingTo(fields, order[index + 1]!, last);
    });
    States[last] = random.chance(0.08)
      ? { Type: 'Fail', Error: `Error.${last}`, Cause: 'as drawn' }
      : random.chance(0.3)
        ? { Type: 'Succeed' }
        : { Type: 'Pass', End: true };
    return { StartAt: order[0]!, States };
  }

  function oneState(depth: number): [string, Fields] {
    const kind = random.int(depth < 2 ? 14 : 10);
    if (kind < 2) return [name('Pass'), pass()];
    if (kind < 3) return [name('Choice'), { Type: 'Choice' }];
    if (kind < 4) return [name('Wait'), { Type: 'Wait', Seconds: random.int(40) }];
    if (kind < 7) return activity();
    if (kind < 10) return call();
    if (kind < 12) {
      const own = name('Parallel');
      const Branches = Array.from({ length: 1 + random.int(3) }, () => branch(depth + 1));
      return [own, { Type: 'Parallel', Branches, ResultPath: `$.${own}`, ...guards() }];
    }
    return map(depth);
  }

  function map(depth: number): [string, Fields] {
    const own = name('Map');
    const itemValue = { 'n.$': '$$.Map.Item.Index', 'v.$': '$$.Map.Item.Value', 'items.$': '$.few', few: [1] };
    return [
      own,
      {
        ...{
          Type: 'Map',
          ItemsPath: '$.items',
          ItemSelector: { ...itemValue, 'of.$': "States.Format('{}', $$.Execution.Name)" },
        },
        ...{ ItemProcessor: branch(depth + 1), ResultPath: `$.${own}`, MaxConcurrency: random.int(3), ...guards() },
      },
    ];
  }

  function pass(): Fields {
    const variable = name('v');
    if (random.chance(0.5)) return { Type: 'Pass', Result: { drawn: random.int(100) }, ResultPath: `$.${variable}` };
    if (random.chance(0.5))
      return { Type: 'Pass', Assign: { [variable]: random.int(100), [`${variable}c.$`]: '$.items' }, ResultPath: null };
    const value = `$count($states.input.items) + ${random.int(100)}`;
    return {
      ...{ Type: 'Pass', QueryLanguage: 'JSONata', Assign: { [variable]: `{% ${value} %}` } },
      Output: `{% $merge([$states.input, {"${variable}": ${value}}]) %}`,
    };
  }

  /** How it goes, its worker decides by the seed; each has what tells it from others in its input. */
  function activity(): [string, Fields] {
    const own = name('Activity');
    const beats = random.chance(0.3) && { HeartbeatSeconds: PATIENT / 2 };
    const given = { ...{ Type: 'Task', Resource: ACTIVITY, TimeoutSeconds: PATIENT }, ...beats, ...guards() };
    if (random.chance(0.7)) return [own, { ...given, Parameters: { state: own, 'in.$': '$' }, ResultPath: `$.${own}` }];
    return [
      own,
      {
        ...given,
        QueryLanguage: 'JSONata',
        Arguments: { state: own, in: '{% $states.input %}' },
        Output: '{% $states.input %}',
      },
    ];
  }

  function call(): [string, Fields] {
    const kind = random.int(6);
    const own = name('Call');
    const unique = "States.Format('{}-{}', $$.Execution.Name, States.Hash(States.JsonToString($), 'MD5'))";
    const common = { ...{ Type: 'Task', ResultPath: null, TimeoutSeconds: PATIENT }, ...guards() };
    const child = { StateMachineArn: CHILD, Input: { state: own, 'in.$': '$' } };
    const start = 'arn:aws:states:::states:startExecution';
    switch (kind) {
      case 0:
        return [
          own,
          {
            ...{ ...common, Resource: 'arn:aws:states:::aws-sdk:s3:putObject' },
            Parameters: { Bucket: 'bucket', 'Key.$': `States.Format('${own}/{}', ${unique})`, 'Body.$': '$.items' },
          },
        ];
      case 1:
        return [own, { ...common, Resource: `${start}.sync`, Parameters: child }];
      case 2:
        return [
          own,
          {
            ...common,
            ResultSelector: { 'output.$': '$.Output' },
            Resource: `${start}.sync:2`,
            ResultPath: `$.${own}`,
            Parameters: child,
          },
        ];
      case 3: {
        const Input = { ...child.Input, 'token.$': '$$.Task.Token' };
        return [own, { ...common, Resource: `${start}.waitForTaskToken`, Parameters: { ...child, Input } }];
      }
      default:
        // A second one of the same name is refused: it would be seen.
        return [
          own,
          {
            ...{ ...common, Resource: 'arn:aws:states:::aws-sdk:sagemaker:createModelPackageGroup' },
            Parameters: { 'ModelPackageGroupName.$': `States.Format('${own}-{}', States.Hash(${unique}, 'MD5'))` },
          },
        ];
    }
  }

  function guards(): Fields {
    const Retry = random.chance(0.5) && [
      {
        ErrorEquals: [random.pick(['States.ALL', 'States.TaskFailed', 'Unlucky', 'States.Timeout'])],
        ...{ IntervalSeconds: 1 + random.int(20), MaxAttempts: random.int(4), BackoffRate: 1 + random.int(3) },
        ...(random.chance(0.3) && { MaxDelaySeconds: 30 }),
      },
    ];
    return {
      ...(Retry && { Retry }),
      ...(random.chance(0.5) && { catches: random.pick(['States.ALL', 'Unlucky', 'States.Timeout']) }),
    };
  }

  function goingTo({ catches, ...fields }: Fields, Next: string, last: string): Fields {
    if (fields['Type'] === 'Choice') {
      const test = random.chance(0.5)
        ? { Variable: '$.n', IsPresent: true }
        : { Variable: '$.items[0]', NumericGreaterThan: random.int(6) };
      return { ...fields, Choices: [{ ...test, Next: last }], Default: Next };
    }
    if (catches === undefined) return { ...fields, Next };
    const jsonata = fields['QueryLanguage'] === 'JSONata';
    return {
      ...fields,
      Next,
      Catch: [
        {
          ErrorEquals: [catches],
          Next: last,
          ...(jsonata ? { Output: '{% $states.input %}' } : { ResultPath: '$.caught' }),
        },
      ],
    };
  }
}

/** What nested executions run: they wait, ask for work of their own, or fail, as their input's hash has it. */
export const CHILD_DEFINITION = JSON.stringify({
  QueryLanguage: 'JSONata',
  StartAt: 'Which',
  States: {
    Which: {
      ...{ Type: 'Choice', Default: 'Pause' },
      Choices: [
        { Condition: '{% $length($string($states.input)) % 4 = 0 %}', Next: 'Work' },
        { Condition: '{% $length($string($states.input)) % 11 = 0 %}', Next: 'Break' },
      ],
    },
    Pause: { Type: 'Wait', Seconds: 3, End: true },
    Work: {
      Type: 'Task',
      Resource: ACTIVITY,
      Arguments: { state: 'Work', in: '{% $states.input %}' },
      TimeoutSeconds: PATIENT,
      End: true,
    },
    Break: { Type: 'Fail', Error: 'Unlucky', Cause: 'the child broke' },
  },
});
