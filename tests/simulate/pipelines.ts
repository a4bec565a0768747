/** Random pipelines: shapes, step types, branches, failures and retries, all from one seed. */
import type { Rng } from './world.ts';

export type Step = { Name: string; Type: string; Arguments: Record<string, unknown> } & Record<string, unknown>;

const IMAGE = 'telar/node:24';

function processing(name: string, dependsOn: string[], random: Rng): Step {
  return {
    Name: name,
    Type: 'Processing',
    ...(dependsOn.length > 0 && { DependsOn: dependsOn }),
    Arguments: {
      ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
      AppSpecification: { ImageUri: IMAGE, ContainerArguments: [name] },
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: 'report',
            AppManaged: false,
            S3Output: {
              S3Uri: {
                'Std:Join': { On: '/', Values: ['s3://bucket', { Get: 'Execution.PipelineExecutionId' }, name] },
              },
              LocalPath: '/opt/ml/processing/report',
              S3UploadMode: 'EndOfJob',
            },
          },
        ],
      },
      RoleArn: { Get: 'Parameters.Role' },
    },
    PropertyFiles: [{ PropertyFileName: 'Report', OutputName: 'report', FilePath: 'report.json' }],
    ...(random.chance(0.3) && { CacheConfig: { Enabled: true, ExpireAfter: 'P30D' } }),
    ...(random.chance(0.5) && {
      RetryPolicies: [
        {
          ExceptionType: ['SageMaker.JOB_INTERNAL_ERROR'],
          IntervalSeconds: 1 + random.int(30),
          MaxAttempts: 1 + random.int(3),
        },
      ],
    }),
  };
}

function training(name: string, dependsOn: string[], random: Rng): Step {
  return {
    Name: name,
    Type: 'Training',
    ...(dependsOn.length > 0 && { DependsOn: dependsOn }),
    Arguments: {
      AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File' },
      OutputDataConfig: { S3OutputPath: 's3://bucket/models' },
      StoppingCondition: { MaxRuntimeInSeconds: 86400 },
      ResourceConfig: {
        InstanceCount: random.chance(0.3) ? 2 + random.int(2) : 1,
        ...{ InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 },
      },
      RoleArn: { Get: 'Parameters.Role' },
    },
  };
}

function register(name: string, trained: string): Step {
  return {
    Name: name,
    Type: 'RegisterModel',
    Arguments: {
      ModelPackageGroupName: 'simulated',
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: {
        Containers: [{ Image: IMAGE, ModelDataUrl: { Get: `Steps.${trained}.ModelArtifacts.S3ModelArtifacts` } }],
        SupportedContentTypes: ['text/csv'],
        SupportedResponseMIMETypes: ['text/csv'],
      },
    },
  };
}

function condition(name: string, reads: string, random: Rng, ifSteps: Step[], elseSteps: Step[]): Step {
  const metric = {
    'Std:JsonGet': { PropertyFile: { Get: `Steps.${reads}.PropertyFiles.Report` }, Path: 'metrics.accuracy' },
  };
  const compare = { Type: 'GreaterThanOrEqualTo', LeftValue: metric, RightValue: random.int(11) / 10 };
  return {
    Name: name,
    Type: 'Condition',
    Arguments: {
      Conditions: [random.chance(0.2) ? { Type: 'Not', Condition: compare } : compare],
      IfSteps: ifSteps,
      ElseSteps: elseSteps,
    },
  };
}

/** A definition document with 1 to about 14 steps. */
export function randomPipeline(random: Rng): string {
  const steps: Step[] = [];
  const processed: string[] = [];
  const trained: string[] = [];
  const count = 1 + random.int(9);
  for (let index = 0; index < count; index += 1) {
    const earlier = [...processed, ...trained];
    const dependsOn = earlier.filter(() => random.chance(0.35));
    const kind = random.int(10);
    if (kind < 5 || processed.length === 0) {
      steps.push(processing(`p${index}`, dependsOn, random));
      processed.push(`p${index}`);
    } else if (kind < 7) {
      steps.push(training(`t${index}`, dependsOn, random));
      trained.push(`t${index}`);
    } else if (kind < 9) {
      const inside = (side: string): Step[] => {
        if (random.chance(0.3) && trained.length > 0) return [register(`r${index}${side}`, random.pick(trained))];
        if (random.chance(0.2))
          return [{ Name: `f${index}${side}`, Type: 'Fail', Arguments: { ErrorMessage: `fails in ${side}` } }];
        return random.chance(0.7) ? [processing(`p${index}${side}`, [], random)] : [];
      };
      steps.push(condition(`c${index}`, random.pick(processed), random, inside('i'), inside('e')));
    } else if (trained.length > 0) steps.push(register(`r${index}`, random.pick(trained)));
  }
  return JSON.stringify({ Version: '2020-12-01', Parameters: [{ Name: 'Role', Type: 'String' }], Steps: steps });
}
