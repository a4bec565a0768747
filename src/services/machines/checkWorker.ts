/** The thread behind checks.ts: checks one definition after the other. */
import { parentPort } from 'node:worker_threads';
import type { Problem } from '../../definition/asl/compiled.ts';
import { type CheckAnswer, type CheckTask, checkDefinition, type Question } from './checks.ts';

parentPort!.on('message', ({ id, text, type, replies }: CheckTask) => {
  const questions: Question[] = [];
  /** A definition asks the same questions in the same order whenever it is compiled. */
  const ask = (question: Question) => replies[questions.push(question) - 1];
  const checked = checkDefinition(text, type, {
    supports: (resource) => ask({ kind: 'supports', resource }) as string | undefined,
    unsupportedFields: (resource, template, language) =>
      (ask({ kind: 'fields', resource, template, language }) as readonly Problem[] | undefined) ?? [],
  });
  parentPort!.postMessage({ id, checked, questions } satisfies CheckAnswer);
});
