import { describe, expect, it } from 'vitest';
import { bundleVersion, type Evidence, evidenceMarkdown } from './evidence.ts';
import type { StepView } from './execution/view.ts';

const T = Date.parse('2026-11-21T10:00:00Z');
const SHA = '6b221bb0c1d2e3f4a5b6c7d8e9f00112233445566';
const JOB = 'arn:aws:sagemaker:us-east-1:000000000000:processing-job/pipelines-abc-Evaluate-x';

function step(name: string, more: Partial<StepView>): StepView {
  return {
    name,
    type: 'Processing',
    depth: 0,
    branch: undefined,
    status: 'Succeeded',
    startedAt: T,
    endedAt: T + 4200,
    cachedFrom: undefined,
    reusedFrom: undefined,
    retries: 0,
    jobArn: undefined,
    modelPackageArn: undefined,
    outcome: undefined,
    reason: undefined,
    ...more,
  };
}

function record(change: (evidence: Evidence) => void = () => {}): Evidence {
  const evidence: Evidence = {
    madeAt: '2026-11-21T11:00:00.000Z',
    account: '000000000000',
    region: 'us-east-1',
    server: { version: '0.1.0' },
    pipeline: { description: 'x', roleArn: 'arn:aws:iam::000000000000:role/r' },
    codeBundle: { uri: `s3://b/code/${SHA}/pipeline_code.tar.gz`, version: SHA, commit: SHA, sha256: 'f00d' },
    startedBy: 'arn:aws:iam::000000000000:user/admin',
    report: {
      view: {
        arn: 'arn:aws:sagemaker:us-east-1:000000000000:pipeline/titanic/execution/abc',
        id: 'abc',
        pipeline: 'titanic',
        pipelineArn: 'arn:aws:sagemaker:us-east-1:000000000000:pipeline/titanic',
        displayName: 'execution-1',
        status: 'Succeeded',
        reason: undefined,
        startedAt: T,
        endedAt: T + 65_000,
        parameters: { AccuracyThreshold: '0.78', Odd: 'a|b\nc' },
        steps: [
          step('Evaluate', { jobArn: JOB, cachedFrom: 'arn:…/execution/before' }),
          step('Gate', { type: 'Condition', outcome: 'True' }),
        ],
      },
      results: {
        metrics: [
          { step: 'Evaluate', source: 's3://b/evaluation.json', metrics: [{ name: 'accuracy', value: 0.8015 }] },
        ],
        gates: [{ step: 'Gate', outcome: 'True', conditions: ['metrics.accuracy 0.8015 ≥ AccuracyThreshold 0.78'] }],
        modelPackage: { arn: 'arn:…:model-package/g/3', group: 'g', version: 3, approval: 'PendingManualApproval' },
      },
      troubles: [],
    },
    use: [{ step: 'Train', host: 'algo-1', cpuSeconds: 1.26, peakMemoryBytes: 200 * 1024 ** 2 }],
    cache: {
      Evaluate: { verdict: 'hit', source: 'arn:…/execution/before', attributes: [] },
      Gate: { verdict: 'none', reason: 'Steps of this type are not cached.' },
    },
  };
  change(evidence);
  return evidence;
}

describe('the record of a run', () => {
  it('tells all that the run was', () => {
    const text = evidenceMarkdown(record());
    for (const line of [
      '# titanic: execution abc',
      '**Succeeded**',
      `| Commit | ${SHA} |`,
      '| Bundle SHA-256 | f00d |',
      '| Duration | 1 min 05 s |',
      '| AccuracyThreshold | 0.78 |',
      '| Odd | a\\|b c |',
      '| Evaluate | Processing | Succeeded | 2026-11-21T10:00:00.000Z | 2026-11-21T10:00:04.200Z | 4.2 s | cache hit |',
      '| accuracy | 0.8015 | Evaluate | s3://b/evaluation.json |',
      '- metrics.accuracy 0.8015 ≥ AccuracyThreshold 0.78',
      '| ModelApprovalStatus | PendingManualApproval |',
      '| Evaluate | hit | arn:…/execution/before |',
      `| Evaluate | ${JOB} | telar logs ${JOB} |`,
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  it('says that a gate refused', () => {
    const refused = record(({ report }) => {
      report.results.modelPackage = undefined;
      report.results.gates[0]!.outcome = 'False';
    });
    expect(evidenceMarkdown(refused)).toContain('Nothing was registered: the gate refused the model.');
  });

  it('tells a failure with its diagnosis', () => {
    const failed = record(({ report }) => {
      report.view.status = 'Failed';
      const diagnosis = { id: 'x', step: 'Evaluate', symptom: 'Seen.', cause: 'Because.', action: 'Do.' };
      report.troubles = [{ step: 'Evaluate', reason: 'It broke.', log: [], diagnosis }];
    });
    const text = evidenceMarkdown(failed);
    expect(text).toContain('## Failure of Evaluate\n\nIt broke.\n\n- Symptom: Seen.\n- Probable cause: Because.');
  });
});

describe('the version in a bundle’s address', () => {
  it.each([
    [`s3://b/code/${SHA.slice(0, 40)}/pipeline_code.tar.gz`, SHA.slice(0, 40), SHA.slice(0, 40)],
    [
      `s3://b/code/${SHA.slice(0, 40)}-dirty-0123/pipeline_code.tar.gz`,
      `${SHA.slice(0, 40)}-dirty-0123`,
      SHA.slice(0, 40),
    ],
    ['s3://b/code/manual-0123/pipeline_code.tar.gz', 'manual-0123', undefined],
  ])('%s', (uri, version, commit) => expect(bundleVersion(uri)).toEqual({ version, commit }));
});
