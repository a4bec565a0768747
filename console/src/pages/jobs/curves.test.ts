/** Curves out of logs. */
import { expect, it } from 'vitest';
import { chartsOf, curvesOf, definitionsOf } from './curves.ts';

it('follow the values in the order of the log', () => {
  const lines = ['epoch 1 loss=0.5', 'nothing', 'epoch 2 loss=0.25 acc=0.75'].map((text) => ({ text }));
  const definitions = [
    { name: 'loss', regex: 'loss=([0-9.]+)' },
    { name: 'acc', regex: 'acc=([0-9.]+)' },
  ];
  expect(curvesOf(lines, definitions)).toEqual([
    {
      label: 'loss',
      points: [
        [1, 0.5],
        [2, 0.25],
      ],
    },
    { label: 'acc', points: [[1, 0.75]] },
  ]);
});

it('know the metrics of the XGBoost image, and stand together where they measure the same', () => {
  const image = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1';
  const lines = [0, 1].map((round) => ({ text: `[${round}]\ttrain-auc:0.9${round}\tvalidation-auc:0.8${round}` }));
  const curves = curvesOf(lines, definitionsOf(image, []));
  expect(curves.map(({ label, points }) => [label, points.length])).toEqual([
    ['train:auc', 2],
    ['validation:auc', 2],
  ]);
  expect(chartsOf(curves)).toMatchObject([{ label: 'auc', series: [{}, {}] }]);
  expect(definitionsOf('my/image:1', [])).toEqual([]);
});
