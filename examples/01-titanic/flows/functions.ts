/** The flows' functions, each in a file of its own, as the role that allows what it does. */
import { defineFunction } from 'telar';
import { evalMetricsRole, getApprovedModelRole, writeManifestRole } from './roles.ts';
import { NAMES } from './run.ts';

const python = { runtime: 'python3.12', include: ['store.py'], timeout: 60 } as const;

export const functions = [
  defineFunction({
    ...{ name: NAMES.evalMetrics, file: 'functions/eval_metrics.py', role: evalMetricsRole, ...python },
    description: "What the pipeline's evaluation measured, and why a model is not good enough.",
  }),
  defineFunction({
    ...{ name: NAMES.getApprovedModel, file: 'functions/get_approved_model.py', role: getApprovedModelRole, ...python },
    description: 'The newest approved version of a model package group.',
  }),
  defineFunction({
    ...{ name: NAMES.writeManifest, file: 'functions/write_manifest.py', role: writeManifestRole, ...python },
    description: 'What a batch inference was made of, beside its predictions.',
  }),
];
