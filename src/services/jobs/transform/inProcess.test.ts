import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobPlan } from '../plan.ts';
import type { ScoreFile } from '../ports.ts';
import { scoreFiles, whyContainer } from './inProcess.ts';

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
    [planOf({ accept: 'application/json' }), 'its outputs are not text/csv'],
    [planOf({ contentType: 'text/libsvm' }), 'its inputs are not text/csv'],
    [planOf({}, { image: 'node:24' }), 'its image is not XGBoost'],
    [planOf({}, { environment: { SAGEMAKER_PROGRAM: 'inference.py' } }), 'its model has a script'],
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

  it('file by file, each to its own output', async () => {
    const outputs: string[] = [];
    const score: ScoreFile = async ({ output }) => {
      outputs.push(output.slice(base.length));
      return { scored: true };
    };
    expect(await scoreFiles({ plan: planOf() }, place(), score, quiet)).toEqual({ scored: true, files: 2 });
    expect(outputs.sort()).toEqual(['/outputs/a.csv.out', '/outputs/sub/b.csv.out']);
  });

  it('until one file is declined: then all go through the container', async () => {
    const score: ScoreFile = async ({ input }) =>
      input.includes('sub') ? { scored: false, reason: 'a row is ragged' } : { scored: true };
    expect(await scoreFiles({ plan: planOf() }, place(), score, quiet)).toEqual({
      ...{ scored: false, reason: 'a row is ragged' },
    });
  });
});
