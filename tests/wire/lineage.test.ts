/** Lineage, experiments and Search through the official SDK, of jobs that really ran. */
import { SageMaker, type SearchCommandInput } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_IMAGE, publishSmallPipeline } from '../support/nodeSteps.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

let server: TestServer;
let bench: Workbench;
let sagemaker: SageMaker;
let executionArn: string;

beforeAll(async () => {
  server = await startTestServer();
  sagemaker = new SageMaker(server.client);
  bench = await openWorkbench(server, 'lineage-bench');
  await publishSmallPipeline(bench, 'small');
  executionArn = await bench.start('small');
  const { status } = await bench.ended(executionArn);
  expect(status).toBe('Succeeded');
}, 60_000);
afterAll(() => server.close());

const stepOf = async (name: string) => (await bench.steps(executionArn)).find(({ StepName }) => StepName === name)!;
const trainingArn = async () => (await stepOf('Train')).Metadata!.TrainingJob!.Arn!;

async function componentOf(jobArn: string) {
  const { TrialComponentSummaries } = await sagemaker.listTrialComponents({ SourceArn: jobArn });
  expect(TrialComponentSummaries).toHaveLength(1);
  return TrialComponentSummaries![0]!;
}

describe('what a pipeline leaves behind', () => {
  it('leads from a registered model back to the data, by QueryLineage', async () => {
    const packageArn = (await stepOf('Register')).Metadata!.RegisterModel!.Arn!;
    const { ArtifactSummaries } = await sagemaker.listArtifacts({ SourceUri: packageArn });
    expect(ArtifactSummaries).toMatchObject([{ ArtifactType: 'Model', Source: { SourceUri: packageArn } }]);
    const start = ArtifactSummaries![0]!.ArtifactArn!;
    const { Vertices, Edges } = await sagemaker.queryLineage({
      StartArns: [start],
      Direction: 'Ascendants',
      MaxResults: 50,
    });
    const component = await componentOf(await trainingArn());
    const types = Vertices!.map(({ Type }) => Type);
    expect(types).toEqual(expect.arrayContaining(['Approval', 'Image', 'Model', 'TrainingJob', 'DataSet']));
    expect(Vertices).toContainEqual({
      Arn: component.TrialComponentArn,
      Type: 'TrainingJob',
      LineageType: 'TrialComponent',
    });
    expect(new Set(Edges!.map(({ AssociationType }) => AssociationType))).toEqual(
      new Set(['ContributedTo', 'Produced']),
    );
    const given = new Set([start, ...Vertices!.map(({ Arn }) => Arn)]);
    for (const edge of Edges!)
      expect([given.has(edge.SourceArn), given.has(edge.DestinationArn)]).toEqual([true, true]);
  });

  it('gives the graph page by page, each vertex and edge once', async () => {
    const component = await componentOf(await trainingArn());
    const query = { StartArns: [component.TrialComponentArn!], Direction: 'Both' as const };
    const whole = await sagemaker.queryLineage({ ...query, MaxResults: 50 });
    const vertices: unknown[] = [];
    const edges: unknown[] = [];
    for (let NextToken: string | undefined; ; ) {
      const page = await sagemaker.queryLineage({ ...query, MaxResults: 2, ...(NextToken && { NextToken }) });
      expect(page.Vertices!.length).toBeLessThanOrEqual(2);
      vertices.push(...page.Vertices!);
      edges.push(...page.Edges!);
      NextToken = page.NextToken;
      if (NextToken === undefined) break;
    }
    expect(vertices).toEqual(whole.Vertices);
    expect(edges).toHaveLength(whole.Edges!.length);
    expect(edges).toEqual(expect.arrayContaining(whole.Edges!));
    const filtered = await sagemaker.queryLineage({ ...query, MaxResults: 50, Filters: { LineageTypes: ['Context'] } });
    expect(filtered.Vertices).toMatchObject([{ Type: 'ModelGroup' }]);
  });

  it('files its jobs under an experiment and a trial, named after the pipeline and the execution', async () => {
    const trial = executionArn.split('/').at(-1)!;
    const { ExperimentName, Source } = await sagemaker.describeTrial({ TrialName: trial });
    expect({ ExperimentName, Source }).toMatchObject({ ExperimentName: 'small', Source: { SourceArn: executionArn } });
    const { TrialComponentSummaries } = await sagemaker.listTrialComponents({ TrialName: trial });
    expect(TrialComponentSummaries!.map(({ TrialComponentSource }) => TrialComponentSource!.SourceArn)).toContain(
      await trainingArn(),
    );
    const { ExperimentConfig } = await sagemaker.describeTrainingJob({
      TrainingJobName: (await trainingArn()).split('/').at(-1),
    });
    expect(ExperimentConfig).toMatchObject({ ExperimentName: 'small', TrialName: trial });
  });

  it('takes the names of the experiment and the trial from the definition, and makes none where it wants none', async () => {
    const { PipelineDefinition } = await sagemaker.describePipeline({ PipelineName: 'small' });
    const trialOf = async (config: unknown) => {
      const definition = { ...JSON.parse(PipelineDefinition!), PipelineExperimentConfig: config };
      const PipelineName = `small-${config === null ? 'without' : 'named'}`;
      await bench.createPipeline(PipelineName, definition);
      const arn = await bench.start(PipelineName);
      await expect.poll(async () => (await bench.steps(arn))[0]?.Metadata?.ProcessingJob?.Arn).toBeTruthy();
      const [step] = await bench.steps(arn);
      const ProcessingJobName = step!.Metadata!.ProcessingJob!.Arn!.split('/').at(-1);
      await sagemaker.stopPipelineExecution({
        PipelineExecutionArn: arn,
        ClientRequestToken: `stop-${PipelineName}-0123456789012345`,
      });
      return (await sagemaker.describeProcessingJob({ ProcessingJobName })).ExperimentConfig;
    };
    const named = await trialOf({ ExperimentName: { Get: 'Execution.PipelineName' }, TrialName: 'my-trial' });
    expect(named).toEqual({ ExperimentName: 'small-named', TrialName: 'my-trial' });
    expect(await sagemaker.describeTrial({ TrialName: 'my-trial' })).toMatchObject({ ExperimentName: 'small-named' });
    expect(await trialOf(null)).toBeUndefined();
  });

  it('describes a job as its trial component: parameters, artifacts, status', async () => {
    const { TrialComponentName } = await componentOf(await trainingArn());
    expect(TrialComponentName).toMatch(/^pipelines-.*-aws-training-job$/);
    const component = await sagemaker.describeTrialComponent({ TrialComponentName });
    const job = await sagemaker.describeTrainingJob({ TrainingJobName: (await trainingArn()).split('/').at(-1) });
    expect(component).toMatchObject({
      Source: { SourceArn: job.TrainingJobArn, SourceType: 'SageMakerTrainingJob' },
      Status: { PrimaryStatus: 'Completed' },
      InputArtifacts: { 'SageMaker.ImageUri': { Value: NODE_IMAGE } },
      OutputArtifacts: { 'SageMaker.ModelArtifact': { Value: job.ModelArtifacts!.S3ModelArtifacts } },
      Parameters: { 'SageMaker.InstanceCount': { NumberValue: 1 } },
    });
    expect(component.EndTime).toEqual(job.TrainingEndTime);
  });

  it('keeps what it says of a job that is deleted', async () => {
    const jobArn = (await stepOf('Measure')).Metadata!.ProcessingJob!.Arn!;
    const { TrialComponentName } = await componentOf(jobArn);
    const before = await sagemaker.describeTrialComponent({ TrialComponentName });
    const ProcessingJobName = jobArn.split('/').at(-1);
    // Its folder is cleared away after its end.
    await expect
      .poll(() =>
        sagemaker.deleteProcessingJob({ ProcessingJobName }).then(
          () => 'deleted',
          (error: Error) => error.name,
        ),
      )
      .toBe('deleted');
    const { $metadata: _, ...after } = await sagemaker.describeTrialComponent({ TrialComponentName });
    expect({ ...after, $metadata: before.$metadata }).toEqual(before);
  });

  it('shows an approval as an action, and the group as a context', async () => {
    const packageArn = (await stepOf('Register')).Metadata!.RegisterModel!.Arn!;
    await sagemaker.updateModelPackage({ ModelPackageArn: packageArn, ModelApprovalStatus: 'Rejected' });
    const { ActionSummaries } = await sagemaker.listActions({ SourceUri: packageArn, ActionType: 'Approval' });
    const described = await Promise.all(
      ActionSummaries!.map(({ ActionName }) => sagemaker.describeAction({ ActionName })),
    );
    expect(described.map(({ Properties }) => Properties!['ModelApprovalStatus'])).toContain('Rejected');
    const { AssociationSummaries } = await sagemaker.listAssociations({ DestinationType: 'ModelGroup' });
    expect(AssociationSummaries).toMatchObject([{ SourceType: 'Model', AssociationType: 'AssociatedWith' }]);
  });
});

describe('entities that clients make', () => {
  it('has one artifact for each source, found, changed and deleted by it', async () => {
    const Source = { SourceUri: 's3://elsewhere/data.csv' };
    const { ArtifactArn } = await sagemaker.createArtifact({
      ArtifactName: 'mine',
      Source,
      ArtifactType: 'DataSet',
      Properties: { a: '1' },
    });
    await expect(sagemaker.createArtifact({ Source, ArtifactType: 'Other' })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('already exists'),
    });
    await sagemaker.updateArtifact({ ArtifactArn, Properties: { b: '2' }, PropertiesToRemove: ['a'] });
    expect(await sagemaker.describeArtifact({ ArtifactArn })).toMatchObject({
      ArtifactName: 'mine',
      Source,
      Properties: { b: '2' },
    });
    await sagemaker.deleteArtifact({ Source });
    await expect(sagemaker.describeArtifact({ ArtifactArn })).rejects.toMatchObject({ name: 'ResourceNotFound' });
  });

  it('associates vertices that exist, once, and deletes none that is associated', async () => {
    const Source = { SourceUri: 'https://example.org/notebook' };
    const { ActionArn } = await sagemaker.createAction({ ActionName: 'Label', ActionType: 'Labelling', Source });
    const { ContextArn } = await sagemaker.createContext({ ContextName: 'Study', ContextType: 'Study', Source });
    const ends = { SourceArn: ActionArn, DestinationArn: ContextArn };
    await sagemaker.addAssociation({ ...ends, AssociationType: 'AssociatedWith' });
    await expect(sagemaker.addAssociation(ends)).rejects.toMatchObject({
      message: expect.stringContaining('already exists'),
    });
    await expect(
      sagemaker.addAssociation({ SourceArn: ActionArn, DestinationArn: `${ContextArn}x` }),
    ).rejects.toMatchObject({
      name: 'ResourceNotFound',
    });
    await expect(sagemaker.deleteContext({ ContextName: 'study' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    expect((await sagemaker.listAssociations({ SourceArn: ActionArn })).AssociationSummaries).toMatchObject([
      { SourceName: 'Label', DestinationName: 'Study', SourceType: 'Labelling', DestinationType: 'Study' },
    ]);
    await sagemaker.deleteAssociation(ends);
    await sagemaker.deleteContext({ ContextName: 'Study' });
    expect((await sagemaker.listContexts({ SourceUri: Source.SourceUri })).ContextSummaries).toEqual([]);
  });

  it('refuses a job whose experiment is not there', async () => {
    await expect(
      sagemaker.createTrainingJob({
        TrainingJobName: 'lost',
        RoleArn: bench.roleArn,
        AlgorithmSpecification: { TrainingImage: NODE_IMAGE, TrainingInputMode: 'File' },
        OutputDataConfig: { S3OutputPath: `s3://${bench.bucket}/out` },
        ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
        StoppingCondition: { MaxRuntimeInSeconds: 60 },
        ExperimentConfig: { ExperimentName: 'nowhere' },
      }),
    ).rejects.toMatchObject({ name: 'ResourceNotFound', message: "Experiment 'nowhere' does not exist." });
    await expect(sagemaker.describeTrainingJob({ TrainingJobName: 'lost' })).rejects.toThrow();
  });
});

describe('Search', () => {
  it('finds components by what their jobs were', async () => {
    const { Results, TotalHits } = await sagemaker.search({
      Resource: 'ExperimentTrialComponent',
      SearchExpression: {
        Filters: [
          { Name: 'Parents.ExperimentName', Value: 'small' },
          { Name: 'Parameters.SageMaker.InstanceCount', Operator: 'GreaterThanOrEqualTo', Value: '1' },
        ],
      },
      SortBy: 'CreationTime',
      SortOrder: 'Ascending',
    });
    expect(TotalHits).toEqual({ Value: Results!.length, Relation: 'EqualTo' });
    const component = await componentOf(await trainingArn());
    expect(Results!.map(({ TrialComponent }) => TrialComponent!.TrialComponentName)).toContain(
      component.TrialComponentName,
    );
    expect(Results![0]!.TrialComponent!.CreationTime).toBeInstanceOf(Date);
  });

  it('searches every resource that it names, and refuses the others by name', async () => {
    const results = async (Resource: 'TrainingJob' | 'Pipeline' | 'ModelPackage' | 'ModelPackageGroup') =>
      (await sagemaker.search({ Resource })).Results!;
    // The execution that was stopped may have come as far as its own.
    expect((await results('TrainingJob')).map(({ TrainingJob }) => TrainingJob!.TrainingJobArn)).toContain(
      await trainingArn(),
    );
    expect((await results('Pipeline')).map(({ Pipeline }) => Pipeline!.PipelineName)).toContain('small');
    const { Results } = await sagemaker.search({
      Resource: 'PipelineExecution',
      SearchExpression: { Filters: [{ Name: 'PipelineExecutionArn', Value: executionArn }] },
    });
    expect(Results).toMatchObject([{ PipelineExecution: { PipelineExecutionStatus: 'Succeeded' } }]);
    expect(await results('ModelPackage')).toMatchObject([{ ModelPackage: { ModelPackageVersion: 1 } }]);
    expect(await results('ModelPackageGroup')).toMatchObject([
      { ModelPackageGroup: { ModelPackageGroupName: 'small' } },
    ]);
    await expect(sagemaker.search({ Resource: 'FeatureGroup' })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('FeatureGroup'),
    });
  });

  it('is paged through, and suggests names of properties', async () => {
    for (const name of ['one', 'two', 'three']) await sagemaker.createExperiment({ ExperimentName: `paged-${name}` });
    const query: SearchCommandInput = {
      Resource: 'Experiment',
      SearchExpression: { Filters: [{ Name: 'ExperimentName', Operator: 'Contains', Value: 'paged-' }] },
      SortBy: 'ExperimentName',
      SortOrder: 'Ascending',
      MaxResults: 2,
    };
    const first = await sagemaker.search(query);
    const second = await sagemaker.search({ ...query, NextToken: first.NextToken });
    expect([...first.Results!, ...second.Results!].map(({ Experiment }) => Experiment!.ExperimentName)).toEqual([
      'paged-one',
      'paged-three',
      'paged-two',
    ]);
    await expect(
      sagemaker.search({ ...query, SortOrder: 'Descending', NextToken: first.NextToken }),
    ).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const { PropertyNameSuggestions } = await sagemaker.getSearchSuggestions({
      Resource: 'Experiment',
      SuggestionQuery: { PropertyNameQuery: { PropertyNameHint: 'Experiment' } },
    });
    expect(PropertyNameSuggestions).toEqual([{ PropertyName: 'ExperimentArn' }, { PropertyName: 'ExperimentName' }]);
  });
});
