import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobPlan } from '../plan.ts';
import type { ScoreFiles } from '../ports.ts';
import { scoreFilesOf, whyContainer } from './inProcess.ts';

const XGBOOST = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'telar-in-process-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function planOf(transform: Partial<NonNullable<JobPlan['transform']>> = {}, more: Partial<JobPlan> = {}): JobPlan {
  const settled = { contentType: 'text/csv', accept: undefined, gzip: false, processing: undefined };
  return {
    ...{ image: XGBOOST, environment: {}, ...more },
    transform: { ...settled, ...transform },
  } as JobPlan;
}

describe('a job may be scored without its container', () => {
  it.each([
    [planOf(), undefined],
    [planOf({ accept: 'text/csv' }), undefined],
    [planOf({ accept: 'application/jsonlines' }), undefined],
    [planOf({ accept: 'application/json' }), 'its outputs are neither text/csv nor application/jsonlines'],
    [planOf({ contentType: 'text/libsvm' }), 'its inputs are not text/csv'],
    [planOf({}, { image: 'node:24' }), 'its image is not XGBoost'],
    [planOf({ contentType: 'text/csv; charset=UTF-8' }), undefined],
    [planOf({ contentType: 'text/csv; label_size=1' }), 'its inputs are not text/csv'],
    [planOf({ gzip: true }), 'its inputs are compressed'],
    [planOf({ split: 'RecordIO' }), 'its records are RecordIO'],
    [
      planOf({}, { environment: { SAGEMAKER_PROGRAM: 'inference.py' } }),
      'its variable SAGEMAKER_PROGRAM says how to answer',
    ],
    [planOf({}, { environment: { SAGEMAKER_BATCH: 'true' } }), undefined],
    [planOf({}, { environment: { SAGEMAKER_BATCH: 'false' } }), 'its variable SAGEMAKER_BATCH says how to answer'],
  ])('or not, and why: %#', (plan, why) => {
    expect(whyContainer(plan, base)).toBe(why);
  });

  it('unless its archive brings code', () => {
    mkdirSync(join(base, 'code'));
    expect(whyContainer(planOf(), base)).toBe('its model has a script');
  });

  const place = () => {
    const inputs = join(base, 'inputs');
    mkdirSync(join(inputs, 'sub'), { recursive: true });
    writeFileSync(join(inputs, 'a.csv'), '1\n');
    writeFileSync(join(inputs, 'sub/b.csv'), '2\n');
    return { inputs, outputs: join(base, 'outputs'), model: join(base, 'model') };
  };
  const quiet = new AbortController().signal;

  it('all files at once, each to its own output', async () => {
    const outputs: string[] = [];
    const score: ScoreFiles = async ({ files }) => {
      outputs.push(...files.map(({ output }) => output.slice(base.length)));
      return { scored: true };
    };
    expect(await scoreFilesOf({ plan: planOf() }, place(), score, quiet)).toEqual({ scored: true, files: 2 });
    expect(outputs.sort()).toEqual(['/outputs/a.csv.out', '/outputs/sub/b.csv.out']);
  });

  it('or none, and what was written is gone', async () => {
    const score: ScoreFiles = async ({ files }) => {
      writeFileSync(files[0]!.output, '1\n');
      return { scored: false, reason: 'a row is ragged' };
    };
    const { outputs, ...others } = place();
    expect(await scoreFilesOf({ plan: planOf() }, { outputs, ...others }, score, quiet)).toEqual({
      ...{ scored: false, reason: 'a row is ragged' },
    });
    expect(existsSync(outputs)).toBe(false);
  });

  it("not where an output cannot have its name, which is that one file's failure", async () => {
    const score: ScoreFiles = async () => ({ scored: true });
    const there = place();
    mkdirSync(join(there.inputs, 'a.csv.out'));
    const declined = { scored: false, reason: "the output of 'a.csv' cannot have its name" };
    expect(await scoreFilesOf({ plan: planOf() }, there, score, quiet)).toEqual(declined);
    rmSync(join(there.inputs, 'a.csv.out'), { recursive: true });
    writeFileSync(join(there.inputs, 'n'.repeat(252)), '1\n');
    expect(await scoreFilesOf({ plan: planOf() }, there, score, quiet)).toMatchObject({ scored: false });
  });

  it('not where a container would refuse a file as too large', async () => {
    const score: ScoreFiles = async () => ({ scored: true });
    const there = place();
    writeFileSync(join(there.inputs, 'large.csv'), '1\n'.repeat(2 ** 19 + 1));
    const planned = (split: 'None' | 'Line') => ({ plan: planOf({ split, maxPayloadMegabytes: 1 }) });
    expect(await scoreFilesOf(planned('None'), there, score, quiet)).toEqual({
      ...{ scored: false, reason: 'a file is larger than MaxPayloadInMB' },
    });
    expect(await scoreFilesOf(planned('Line'), there, score, quiet)).toMatchObject({ scored: true });
  });
});
