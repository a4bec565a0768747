/**
 * What a schedule invokes: a templated target, known by its ARN's service, or a universal one, which is any operation.
 *
 * T1. A target that is accepted can be invoked. What Telar cannot invoke is refused by name when the schedule is created.
 */
import { parseArn } from '../../base/arn.ts';
import { isJson } from '../../base/json.ts';
import type { Target } from './context.ts';
import { errors } from './errors.ts';
import type { Place } from './names.ts';
import type { SchedulerPorts, UniversalTarget } from './ports.ts';

export function universalTarget(arn: string): UniversalTarget | undefined {
  const universal = /^arn:aws[a-z-]*:scheduler:::aws-sdk:([a-z0-9-]+):([a-zA-Z0-9]+)$/.exec(arn);
  return universal ? { arn, service: universal[1]!, action: universal[2]! } : undefined;
}

type Parameters = 'EventBridgeParameters' | 'SageMakerPipelineParameters' | 'SqsParameters';
type Template = {
  /** What people call it. */
  what: string;
  /** What its ARN's resource looks like. */
  resource: RegExp;
  json?: true;
  /** The parameters that belong to it. */
  takes?: Parameters;
};

/** By the service of the ARN. */
const TEMPLATES: Readonly<Record<string, Template>> = {
  states: { what: 'a state machine', resource: /^stateMachine:/, json: true },
  sagemaker: { what: 'a pipeline', resource: /^pipeline\//, takes: 'SageMakerPipelineParameters' },
  lambda: { what: 'a function', resource: /^function:/, json: true },
  sns: { what: 'a topic', resource: /^[^:/]+$/ },
  sqs: { what: 'a queue', resource: /^[^:/]+$/, takes: 'SqsParameters' },
  events: { what: 'an event bus', resource: /^event-bus\//, json: true, takes: 'EventBridgeParameters' },
};

/** What AWS has besides, by the service of the ARN. */
const OUTSIDE: Readonly<Record<string, string>> = {
  batch: 'jobs of Batch',
  codebuild: 'builds of CodeBuild',
  codepipeline: 'pipelines of CodePipeline',
  ecs: 'tasks of ECS',
  firehose: 'streams of Firehose',
  inspector: 'assessments of Inspector',
  kinesis: 'streams of Kinesis',
};

const PARAMETERS: readonly Parameters[] = ['EventBridgeParameters', 'SageMakerPipelineParameters', 'SqsParameters'];
const UNSERVED = [
  'EcsParameters',
  'KinesisParameters',
  'EventBridgePutEventsV2Parameters',
  'EventBridgePutRawEventsParameters',
] as const;

/** AWS's list of the beginnings of operations that it takes for reading. */
const READING =
  /^(get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|batchGet|batchDescribe|batchRead|transactGet|adminGet|adminList|testMigration|retrieve|testConnection|translateDocument|isAuthorized|invokeModel)(?![a-z])/;

/** @throws ValidationException for what cannot be invoked */
export function checkTarget(target: Target, place: Place, ports: SchedulerPorts): void {
  const arn = target.Arn!;
  const universal = universalTarget(arn);
  for (const name of UNSERVED) if (target[name] !== undefined) throw errors.unserved(name);
  if (universal) checkUniversal(target, universal, ports);
  else checkTemplated(target, place, ports);
  const letters = target.DeadLetterConfig?.Arn;
  if (letters !== undefined && !(isHere(letters, place) && !letters.endsWith('.fifo') && ports.canBeSentTo(letters)))
    throw errors.deadLetters(letters);
}

function checkUniversal(target: Target, universal: UniversalTarget, ports: SchedulerPorts): void {
  for (const name of PARAMETERS) if (target[name] !== undefined) throw errors.parametersUnwanted(name, universal.arn);
  if (READING.test(universal.action)) throw errors.readOnly(`${universal.service}:${universal.action}`);
  const reason = ports.refusalOf(universal);
  if (reason !== undefined) throw errors.universal(reason);
  if (target.Input !== undefined && !isJson(target.Input)) throw errors.json('a universal one');
}

function checkTemplated(target: Target, place: Place, ports: SchedulerPorts): void {
  const arn = target.Arn!;
  const parsed = parseArn(arn);
  if (!parsed) throw errors.targetArn(arn);
  const outside = OUTSIDE[parsed.service];
  if (outside !== undefined) throw errors.unserved(outside);
  const template = TEMPLATES[parsed.service];
  if (!template?.resource.test(parsed.resource)) throw errors.targetArn(arn);
  if (!isHere(arn, place)) throw errors.elsewhere(arn);
  if (!ports.canBeSentTo(arn)) throw errors.unserved(`${template.what} as their target yet`);
  for (const name of PARAMETERS) {
    if (target[name] !== undefined && template.takes !== name) throw errors.parametersUnwanted(name, arn);
  }
  if (template.json && target.Input !== undefined && !isJson(target.Input)) throw errors.json(template.what);
  if (template.takes === 'EventBridgeParameters' && !target.EventBridgeParameters)
    throw errors.parametersMissing('EventBridgeParameters', template.what);
  if (template.takes === 'SqsParameters') checkQueue(arn, target);
}

function checkQueue(arn: string, { SqsParameters }: Target): void {
  const group = SqsParameters?.MessageGroupId;
  if (arn.endsWith('.fifo') && group === undefined) throw errors.fifo(arn);
  if (!arn.endsWith('.fifo') && group !== undefined) throw errors.notFifo(arn);
}

function isHere(arn: string, { account, region }: Place): boolean {
  const parsed = parseArn(arn);
  return parsed?.account === account && parsed.region === region;
}
