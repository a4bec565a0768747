import fs from 'node:fs';
import * as iam from '@aws-sdk/client-iam';
import * as s3 from '@aws-sdk/client-s3';
import * as sagemaker from '@aws-sdk/client-sagemaker';
import * as sts from '@aws-sdk/client-sts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  APIS,
  GENERATED,
  readModel,
  sourceOf,
  tableOf,
  textOf,
  uncheckedPatterns,
} from '../../scripts/generate-constraints.ts';
import type { Protocol } from './api.ts';
import { constraintsOf, readText, validate } from './constraints.ts';
import { defineApi } from './models.ts';
import { patternOf } from './patterns.ts';

const check = (operation: string, input: object) => validate({ name: 'sagemaker' }, operation, input);
const pipeline = { PipelineName: 'p', RoleArn: 'arn:aws:iam::000000000000:role/telar', PipelineDefinition: '{}' };

describe('validate', () => {
  it('accepts what AWS accepts', () => {
    expect(
      check('CreatePipeline', {
        ...pipeline,
        Tags: [{ Key: 'añ', Value: '' }],
        PipelineDefinition: 'several\n lines\t\u2028',
      }),
    ).toEqual([]);
    expect(check('ListPipelines', {})).toEqual([]);
    expect(validate({ name: 'telar' }, 'Anything', { a: 1 })).toEqual([]);
  });

  it('tells every violation, as AWS words them', () => {
    const pattern = constraintsOf('sagemaker').shapes['PipelineName'];
    expect(
      check('CreatePipeline', {
        PipelineName: '_',
        PipelineDefinition: '',
        Tags: [{ Key: '', Value: 'v' }, { Value: 'v' }],
      }),
    ).toEqual([
      "Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
      `Value '_' at 'pipelineName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern && 'pattern' in pattern ? pattern.pattern : ''}`,
      "Value '' at 'pipelineDefinition' failed to satisfy constraint: Member must have length greater than or equal to 1",
      "Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1",
      "Value null at 'tags.2.member.key' failed to satisfy constraint: Member must not be null",
    ]);
  });

  it('ranges and enumerations', () => {
    expect(check('ListPipelines', { MaxResults: 0, SortOrder: 'Up' })).toEqual([
      "Value 'Up' at 'sortOrder' failed to satisfy constraint: Member must satisfy enum value set: [Ascending, Descending]",
      "Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ]);
    expect(check('ListPipelines', { MaxResults: 101 })).toEqual([
      "Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
    ]);
    expect(check('ListPipelines', { MaxResults: 1.5 })).toEqual([
      "Value '1.5' at 'maxResults' failed to satisfy constraint: Member must be an integer",
    ]);
  });

  it('elements of lists and maps are told with all that is asked of them', () => {
    expect(
      check('CreateModelPackage', {
        InferenceSpecification: { Containers: [], SupportedContentTypes: ['x'.repeat(257)] },
      }),
    ).toEqual([
      "Value '[]' at 'inferenceSpecification.containers' failed to satisfy constraint: Member must have length greater than or equal to 1",
      `Value '[${'x'.repeat(257)}]' at 'inferenceSpecification.supportedContentTypes' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: .*]`,
    ]);
    const [violation] = check('CreateModelPackage', { CustomerMetadataProperties: { 'ok ': 'x'.repeat(300) } });
    expect(violation).toMatch(
      /^Value '\{ok =x+\}' at 'customerMetadataProperties' failed to satisfy constraint: Map value must satisfy constraint: \[Member must have length less than or equal to 256, /,
    );
  });

  it('secrets are not repeated', () => {
    const found = validate({ name: 'iam' }, 'ChangePassword', { OldPassword: '', NewPassword: 'ok' });
    expect(found[0]).toBe(
      "Value at 'oldPassword' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  });

  it('counts characters, not UTF-16 units', () => {
    expect(
      check('AddTags', { ResourceArn: 'arn', Tags: [{ Key: 'k', Value: '😀'.repeat(256) }] }).join(),
    ).not.toContain('length');
    expect(check('AddTags', { ResourceArn: 'arn', Tags: [{ Key: 'k', Value: '😀'.repeat(257) }] }).join()).toContain(
      '256',
    );
  });

  it('never throws, whatever the input', () => {
    const names = Object.keys(constraintsOf('sagemaker').operations);
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.object(), (name, input) => {
        expect(Array.isArray(check(name, input))).toBe(true);
      }),
    );
  });
});

describe('patternOf', () => {
  it.each([
    ['[a-z]+', 'abc', 'abc\n'],
    ['[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*', 'ñ 1_.:/=+-@', 'a#'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an anchor that repeats, not a template
    ['([\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]*)${1,128}', 'Año 1', '{'],
    ['arn:[\\p{Alnum}\\-]+:x', 'arn:aws-cn:x', 'arn:a_b:x'],
    ['\\p{Digit}+', '123', 'a'],
    ['(?i)abc', 'ABC', 'abcd'],
    ['[\\w-.]+', 'a-b.c', 'a b'],
    ['a|b', 'a', 'ab'],
    ['.*(?:[ \\r\\n\\t].*)*', 'a\nb', undefined],
  ])('%s', (source, yes, no) => {
    expect(patternOf(source)?.test(yes)).toBe(true);
    if (no !== undefined) expect(patternOf(source)?.test(no)).toBe(false);
  });

  it('is undefined for what JavaScript lacks', () => {
    expect(patternOf('[a-z&&[^b]]++')).toBeUndefined();
  });
});

describe('the generated tables', () => {
  const sdks: Record<string, { sdk: object; protocol: Protocol }> = {
    sagemaker: { sdk: sagemaker, protocol: 'json-1.1' },
    s3: { sdk: s3, protocol: 'rest-xml' },
    iam: { sdk: iam, protocol: 'query' },
    sts: { sdk: sts, protocol: 'query' },
  };

  it.each(Object.entries(sdks))('%s names the members that the SDK names', (name, { sdk, protocol }) => {
    const api = defineApi({ name, signingNames: [name], protocol, version: '', sdk: () => ({ ...sdk }) });
    const { operations, shapes } = constraintsOf(name);
    for (const [operation, model] of api.operations) {
      const shape = shapes[operations[operation] ?? ''];
      const members = new Set(
        model
          .input()
          .members()
          .map((member) => member.name),
      );
      const constrained =
        shape?.type === 'structure' ? [...(shape.required ?? []), ...Object.keys(shape.members ?? {})] : [];
      // The SDK is older than botocore here: newer members may be missing from it, required ones may not.
      for (const member of model.input().members()) if (member.required) expect(constrained).toContain(member.name);
      expect(constrained.filter((member) => members.has(member)).length).toBeGreaterThanOrEqual(
        Math.min(1, constrained.length),
      );
    }
  });

  it.each(Object.keys(APIS))('%s has no pattern that goes unchecked unsaid', (name) => {
    const readme = fs.readFileSync(`${GENERATED}/README.md`, 'utf8');
    for (const pattern of uncheckedPatterns(constraintsOf(name))) expect(readme).toContain(pattern);
  });

  it.for(Object.keys(APIS))('%s is what the generator makes of botocore', (name, { skip }) => {
    let table: ReturnType<typeof tableOf>;
    try {
      table = tableOf(sourceOf(name), readModel(name));
    } catch (error) {
      skip(`botocore cannot be had here: ${error instanceof Error ? error.message : error}`);
      return;
    }
    const text = fs.readFileSync(`${GENERATED}/constraints/${name}.json`, 'utf8');
    expect(text).toBe(textOf(table));
    expect(readText(text)).toEqual(table);
  });
});
