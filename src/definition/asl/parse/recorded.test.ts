/**
 * The definitions that AWS took and refused, as recorded; they lie beside the repository (../shared/conformance), and without them
 * these tests are skipped. What is refused by the service and not by its definition is not asked here.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { MachineType } from '../types.ts';
import { createMessage, type Diagnostic } from './diagnostics.ts';
import { compileMachine, compileState, variableReferences } from './machine.ts';

const folder = ['../../../../../shared', '../../../../../../shared']
  .map((beside) => path.resolve(import.meta.dirname, beside, 'conformance/step-functions'))
  .find((candidate) => existsSync(candidate));

const read = <T>(file: string): T[] =>
  folder === undefined ? [] : JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
// The recorded answers lie beside the repository and not in it.
const recorded = describe.skipIf(folder === undefined);

type Call = { op: string; params?: { definition?: string; type?: MachineType } };
type Refusal = { message: string; Error: { Code: string } };
type Case<E> = {
  name: string;
  area: string;
  lastValidated?: string;
  type?: MachineType;
  definition?: unknown;
  request: { definition: string; type?: MachineType; stateName?: string };
  calls: Call[];
  expected: E;
};

recorded('definitions that AWS took compile', () => {
  test.each(['pure', 'choice-comparisons', 'services', 'express-sync', 'logs-and-express-async'])('%s', (file) => {
    const refused = read<Case<unknown>>(`${file}.json`).flatMap(({ name, definition, type = 'STANDARD' }) => {
      if (definition === undefined) return [];
      const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
      const compiled = compileMachine(text, type);
      return compiled.ok ? [] : [`${name}: ${createMessage(compiled.diagnostics)}`];
    });
    expect(refused).toEqual([]);
  });
});

recorded('ValidateStateMachineDefinition', () => {
  test.each(read<Case<{ diagnostics: Diagnostic[] }>>('validate-definition.json'))('$name', ({ request, expected }) => {
    const compiled = compileMachine(request.definition, request.type ?? 'STANDARD');
    expect(compiled.ok ? compiled.warnings : compiled.diagnostics).toEqual(expected.diagnostics);
  });
});

const refusals = read<Case<Refusal>>('create-errors.json').filter(
  ({ expected }) => expected.Error.Code === 'InvalidDefinition',
);

recorded('CreateStateMachine refuses', () => {
  test.each(refusals.filter(({ lastValidated }) => lastValidated !== undefined))('$name', ({ request, expected }) => {
    const compiled = compileMachine(request.definition, request.type ?? 'STANDARD');
    expect(compiled.ok ? 'taken' : createMessage(compiled.diagnostics)).toBe(expected.message);
  });

  // Their recorded sentences are those of the emulator that they were recorded with, not of AWS: the code alone is AWS's.
  test.each(refusals.filter(({ lastValidated }) => lastValidated === undefined))('$name', ({ request }) => {
    const compiled = compileMachine(request.definition, request.type ?? 'STANDARD');
    expect(compiled.ok ? [] : compiled.diagnostics.map(({ code }) => code)).toEqual(['INVALID_LABEL_NAME']);
  });
});

const traces = read<Case<Record<string, unknown>>>('api-traces.json').flatMap((trace) => {
  const call = trace.calls.find(({ op, params }) => /^(Create|Update)StateMachine$/.test(op) && params?.definition);
  return call ? [{ ...trace, definition: call.params?.definition ?? '', type: call.params?.type ?? 'STANDARD' }] : [];
});

recorded('sequences of calls', () => {
  test.each(traces)('$name', ({ definition, type, expected }) => {
    const compiled = compileMachine(definition, type);
    const said = JSON.stringify(expected);
    const sentence = /Invalid State Machine Definition: (.*?')"/.exec(said)?.[1]?.replaceAll('\\"', '"');
    if (sentence === undefined || said.includes('is not recognized')) expect(compiled.ok).toBe(true);
    else
      expect(compiled.ok ? '' : createMessage(compiled.diagnostics)).toBe(
        `Invalid State Machine Definition: ${sentence}`,
      );
  });

  test.each(traces.filter(({ area }) => area.includes('variable_references')))('$name', ({ definition, expected }) => {
    const [described] = Object.values(expected) as { variableReferences?: Record<string, string[]> }[];
    const all = Object.values(expected) as { variableReferences?: Record<string, string[]> }[];
    const references = all.find((answer) => answer.variableReferences) ?? described;
    expect({ ...variableReferences(definition) }).toEqual(references?.variableReferences ?? {});
  });
});

recorded('TestState', () => {
  const states = read<Case<{ Error?: { Code: string; Message: string } }>>('test-state.json');
  test('compiles every state that AWS tested, and refuses the others in its words', () => {
    const wrong = states.flatMap(({ name, request, expected }) => {
      const compiled = compileState(JSON.stringify(request.definition), request.stateName);
      const given = compiled.ok ? 'taken' : createMessage(compiled.diagnostics);
      const refused = expected.Error?.Message.startsWith('Invalid State Machine Definition') ?? false;
      return given === (refused ? expected.Error?.Message : 'taken') ? [] : [`${name}: ${given}`];
    });
    expect(wrong).toEqual([]);
  });
});
