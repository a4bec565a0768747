/** Steps whose work is a node script in S3, as pipeline definitions write them; and the small pipeline made of them. */
import type { Definition, Json, Workbench } from './workbench.ts';

export const NODE_IMAGE = 'telar/node:24';
const CODE = '/opt/ml/processing/input/code';

type Script = {
  /** The object's URI. */
  script: string;
  arguments?: Json[];
  environment?: Record<string, string>;
};

type Common = { roleArn: string; retry?: Json; dependsOn?: string[]; maxRuntimeSeconds?: number };

const fileOf = (uri: string) => uri.slice(uri.lastIndexOf('/') + 1);
const common = ({ retry, dependsOn }: Common) => ({
  ...(retry !== undefined && { RetryPolicies: retry }),
  ...(dependsOn && { DependsOn: dependsOn }),
});
const stoppingCondition = ({ maxRuntimeSeconds }: Common) => ({
  ...(maxRuntimeSeconds && { StoppingCondition: { MaxRuntimeInSeconds: maxRuntimeSeconds } }),
});

/** Inputs and outputs are named after their folder: `data` is /opt/ml/processing/{input,output}/data. */
export function processingStep(
  name: string,
  options: Common &
    Script & {
      inputs?: Record<string, Json>;
      outputs?: Record<string, Json>;
      propertyFiles?: { name: string; output: string; path: string }[];
    },
): Definition {
  const { script, inputs = {}, outputs = {}, propertyFiles = [] } = options;
  const all: [string, Json][] = [['code', script], ...Object.entries(inputs)];
  return {
    Name: name,
    Type: 'Processing',
    ...common(options),
    Arguments: {
      ProcessingResources: {
        ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 },
      },
      AppSpecification: {
        ImageUri: NODE_IMAGE,
        ContainerEntrypoint: ['node', `${CODE}/${fileOf(script)}`],
        ...(options.arguments && { ContainerArguments: options.arguments }),
      },
      ...(options.environment && { Environment: options.environment }),
      RoleArn: options.roleArn,
      ProcessingInputs: all.map(([input, uri]) => ({
        InputName: input,
        S3Input: {
          S3Uri: uri,
          LocalPath: `/opt/ml/processing/input/${input}`,
          S3DataType: 'S3Prefix',
          S3InputMode: 'File',
        },
      })),
      ProcessingOutputConfig: {
        Outputs: Object.entries(outputs).map(([output, uri]) => ({
          OutputName: output,
          S3Output: { S3Uri: uri, LocalPath: `/opt/ml/processing/output/${output}`, S3UploadMode: 'EndOfJob' },
        })),
      },
      ...stoppingCondition(options),
    },
    ...(propertyFiles.length > 0 && {
      PropertyFiles: propertyFiles.map((file) => ({
        PropertyFileName: file.name,
        OutputName: file.output,
        FilePath: file.path,
      })),
    }),
  };
}

/** The script is the channel `code`; other channels by name. A channel may be `{ uri, gzip: true }`. */
export function trainingStep(
  name: string,
  options: Common & Script & { channels?: Record<string, Json>; gzip?: string[]; output: Json },
): Definition {
  const { script, channels = {}, gzip = [] } = options;
  const all: [string, Json][] = [['code', script], ...Object.entries(channels)];
  return {
    Name: name,
    Type: 'Training',
    ...common(options),
    Arguments: {
      AlgorithmSpecification: {
        TrainingImage: NODE_IMAGE,
        TrainingInputMode: 'File',
        ContainerEntrypoint: ['node', `/opt/ml/input/data/code/${fileOf(script)}`],
      },
      ...(options.environment && { Environment: options.environment }),
      OutputDataConfig: { S3OutputPath: options.output },
      StoppingCondition: { MaxRuntimeInSeconds: options.maxRuntimeSeconds ?? 600 },
      ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 30 },
      RoleArn: options.roleArn,
      InputDataConfig: all.map(([channel, uri]) => ({
        ChannelName: channel,
        ...(gzip.includes(channel) && { CompressionType: 'Gzip' }),
        DataSource: {
          S3DataSource: { S3DataType: 'S3Prefix', S3Uri: uri, S3DataDistributionType: 'FullyReplicated' },
        },
      })),
    },
  };
}

export const runs = (bucket: string, part: string): Json => ({
  'Std:Join': { On: '/', Values: [`s3://${bucket}/runs`, { Get: 'Execution.PipelineExecutionId' }, part] },
});

/** What every script of the small pipeline begins with: a line by which a test counts how often it was started. */
const STARTED = "console.log('started', process.env.STEP);\n";
const sleep = 'await new Promise((go) => setTimeout(go, Number(process.env.SLEEP ?? 0)));\n';

/** Measures the data (its lines), and writes `report.json` with `metrics.accuracy`. */
const MEASURE = `import { readFileSync, writeFileSync } from 'node:fs';
${STARTED}${sleep}
const lines: number = readFileSync('/opt/ml/processing/input/data/data.csv', 'utf8').trim().split('\\n').length;
writeFileSync('/opt/ml/processing/output/report/report.json', JSON.stringify({ metrics: { accuracy: lines / 10 } }));
const filler = Number(process.env.FILLER ?? 0);
if (filler > 0) writeFileSync('/opt/ml/processing/output/report/filler.bin', Buffer.alloc(filler, 7));
console.log('measured', lines);
`;

/** "Trains": the model is what the data adds up to. */
const TRAIN = `import { readFileSync, writeFileSync } from 'node:fs';
${STARTED}${sleep}
const rows = readFileSync('/opt/ml/input/data/train/data.csv', 'utf8').trim().split('\\n');
writeFileSync('/opt/ml/model/model.json', JSON.stringify({ sum: rows.reduce((sum, row) => sum + Number(row), 0) }));
console.log('trained on', rows.length);
`;

export type SmallOptions = {
  /** Milliseconds that each script sleeps before it works. @default 0 */
  sleep?: number;
  retry?: Json;
  /** More bytes for the report's output, so that storing it takes its time. @default 0 */
  filler?: number;
  /** A channel more for the training job: an object that unpacks to much, so that staging takes its time. */
  ballast?: string;
};

/**
 * Publishes the small pipeline: Measure → Train → Gate (accuracy ≥ the parameter Threshold, 0.5) → Register, which makes a
 * package in the group of the pipeline's name. The data has eight rows: an accuracy of 0.8.
 */
export async function publishSmallPipeline(bench: Workbench, name: string, options: SmallOptions = {}): Promise<void> {
  const data = await bench.put(`${name}/data/data.csv`, '1\n2\n3\n4\n5\n6\n7\n8\n');
  const measureScript = await bench.put(`${name}/code/measure.ts`, MEASURE);
  const trainScript = await bench.put(`${name}/code/train.ts`, TRAIN);
  await bench.sagemaker.createModelPackageGroup({ ModelPackageGroupName: name });
  const { roleArn, bucket } = bench;
  const base = { roleArn, ...(options.retry !== undefined && { retry: options.retry }) };
  const environment = (step: string, more: Record<string, string> = {}) => ({
    ...{ STEP: step, SLEEP: String(options.sleep ?? 0) },
    ...more,
  });
  const measure = processingStep('Measure', {
    ...base,
    script: measureScript,
    environment: environment('Measure', { FILLER: String(options.filler ?? 0) }),
    inputs: { data },
    outputs: { report: runs(bucket, 'report') },
    propertyFiles: [{ name: 'Report', output: 'report', path: 'report.json' }],
  });
  const train = trainingStep('Train', {
    ...base,
    dependsOn: ['Measure'],
    script: trainScript,
    environment: environment('Train'),
    channels: { train: data, ...(options.ballast && { ballast: options.ballast }) },
    gzip: ['ballast'],
    output: runs(bucket, 'model'),
  });
  await bench.createPipeline(name, {
    Version: '2020-12-01',
    Parameters: [{ Name: 'Threshold', Type: 'Float', DefaultValue: 0.5 }],
    Steps: [measure, train, gate(name)],
  });
}

function gate(group: string): Definition {
  const register: Definition = {
    Name: 'Register',
    Type: 'RegisterModel',
    Arguments: {
      ModelPackageGroupName: group,
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: {
        Containers: [{ Image: NODE_IMAGE, ModelDataUrl: { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' } }],
        SupportedContentTypes: ['text/csv'],
        SupportedResponseMIMETypes: ['text/csv'],
      },
    },
  };
  const condition = {
    Type: 'GreaterThanOrEqualTo',
    LeftValue: {
      'Std:JsonGet': { PropertyFile: { Get: 'Steps.Measure.PropertyFiles.Report' }, Path: 'metrics.accuracy' },
    },
    RightValue: { Get: 'Parameters.Threshold' },
  };
  return {
    Name: 'Gate',
    Type: 'Condition',
    DependsOn: ['Train'],
    Arguments: { Conditions: [condition], IfSteps: [register], ElseSteps: [] },
  };
}
