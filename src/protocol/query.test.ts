import * as iam from '@aws-sdk/client-iam';
import * as sts from '@aws-sdk/client-sts';
import { AwsQueryProtocol } from '@aws-sdk/core/protocols';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecOf } from './codecs.ts';
import { awsError, isAwsError } from './errors.ts';
import { defineApi } from './models.ts';
import { answerOf, operationOf, requestOf } from './testing.ts';
import { uriEncode } from './uri.ts';

const iamApi = defineApi({
  name: 'iam',
  signingNames: ['iam'],
  protocol: 'query',
  version: '2010-05-08',
  xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sdk: () => iam,
});
const stsApi = defineApi({
  name: 'sts',
  signingNames: ['sts'],
  protocol: 'query',
  version: '2011-06-15',
  xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  sdk: () => sts,
});
const codec = codecOf(iamApi);
const ofIam = { client: iam.IAMClient };
const ofSts = { client: sts.STSClient };

const decodeForm = (name: string, body: string, query = '') =>
  codec.decode(operationOf(iamApi, name), {
    method: 'POST',
    path: '/',
    query,
    headers: {},
    params: {},
    body: Buffer.from(body),
  });

describe('requests of the official clients', () => {
  it('decode to the input, lists and all', async () => {
    const input: iam.CreateRoleCommandInput = {
      RoleName: 'r',
      AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[{"a":"ñ & + %"}]}',
      MaxSessionDuration: 3600,
      Tags: Array.from({ length: 12 }, (_, index) => ({ Key: `k${index}`, Value: '' })),
    };
    const request = await requestOf(ofIam, new iam.CreateRoleCommand(input));
    expect(codec.decode(operationOf(iamApi, 'CreateRole'), request)).toEqual(input);
  });

  it('decode empty lists, booleans and nested lists', async () => {
    const input: iam.SimulateCustomPolicyCommandInput = {
      PolicyInputList: [],
      ActionNames: ['s3:GetObject'],
      ContextEntries: [{ ContextKeyName: 'k', ContextKeyType: 'boolean', ContextKeyValues: ['true', 'false'] }],
    };
    const request = await requestOf(ofIam, new iam.SimulateCustomPolicyCommand(input));
    expect(codec.decode(operationOf(iamApi, 'SimulateCustomPolicy'), request)).toEqual(input);
    const usage = await requestOf(ofIam, new iam.ListPoliciesCommand({ OnlyAttached: false, MaxItems: 5 }));
    expect(codec.decode(operationOf(iamApi, 'ListPolicies'), usage)).toEqual({ OnlyAttached: false, MaxItems: 5 });
  });

  it('decode from the query, as a presigned GetCallerIdentity arrives', () => {
    const request = { method: 'GET', path: '/', headers: {}, params: {}, body: Buffer.alloc(0) };
    const query = 'Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws&RoleSessionName=a+b&DurationSeconds=900';
    expect(codecOf(stsApi).decode(operationOf(stsApi, 'AssumeRole'), { ...request, query })).toEqual({
      RoleArn: 'arn:aws',
      RoleSessionName: 'a b',
      DurationSeconds: 900,
    });
  });
});

describe('answers to the official clients', () => {
  it('parse back into the output', async () => {
    const output = {
      Roles: [
        {
          Path: '/',
          RoleName: 'a<b>&"c\'',
          RoleId: 'AROA',
          Arn: 'arn:aws:iam::000000000000:role/r',
          CreateDate: new Date(1_795_248_000_000),
          AssumeRolePolicyDocument: '%7B%7D',
          MaxSessionDuration: 3600,
          Tags: [{ Key: 'k', Value: ' two\r\nlines ' }],
        },
      ],
      IsTruncated: false,
    };
    const answer = codec.encode(operationOf(iamApi, 'ListRoles'), output, 'id-1');
    expect(answer.body).toContain(
      '<ListRolesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListRolesResult>',
    );
    const parsed = await answerOf(ofIam, new iam.ListRolesCommand({}), answer);
    expect(parsed).toMatchObject({ ...output, $metadata: { requestId: 'id-1' } });
  });

  it('need no result where the operation has none', async () => {
    const answer = codec.encode(operationOf(iamApi, 'DeleteRole'), undefined, 'id');
    expect(answer.body).not.toContain('Result>');
    await expect(answerOf(ofIam, new iam.DeleteRoleCommand({ RoleName: 'r' }), answer)).resolves.toBeDefined();
  });

  it('carry temporary credentials', async () => {
    const output = {
      Credentials: {
        AccessKeyId: 'ASIA',
        SecretAccessKey: 's/+=',
        SessionToken: 't',
        Expiration: new Date(1_795_248_000_000),
      },
      AssumedRoleUser: { AssumedRoleId: 'AROA:s', Arn: 'arn:aws:sts::000000000000:assumed-role/r/s' },
      PackedPolicySize: 3,
    };
    const answer = codecOf(stsApi).encode(operationOf(stsApi, 'AssumeRole'), output, 'id');
    const command = new sts.AssumeRoleCommand({ RoleArn: 'a', RoleSessionName: 's' });
    expect(await answerOf(ofSts, command, answer)).toMatchObject(output);
  });

  it('give errors their type', async () => {
    const error = awsError('NoSuchEntity', 'The role with name <x> cannot be found.', 404);
    const answer = codec.encodeError(error, 'id-2', { method: 'POST', path: '/' });
    expect(answer.body).toContain('<Type>Sender</Type><Code>NoSuchEntity</Code>');
    const failed = answerOf(ofIam, new iam.GetRoleCommand({ RoleName: 'x' }), answer);
    await expect(failed).rejects.toBeInstanceOf(iam.NoSuchEntityException);
    await expect(failed).rejects.toMatchObject({
      message: error.message,
      $metadata: { requestId: 'id-2', httpStatusCode: 404 },
    });
  });
});

/** A made-up API with what IAM and STS lack: flattened lists and maps, renamed members, maps of structures. */
const Inner = [3, 'x', 'Inner', 0, ['N'], [1]];
const Odd = [
  3,
  'x',
  'OddRequest',
  0,
  ['Flat', 'Named', 'Map', 'FlatMap', 'Blob', 'When'],
  [
    [64, { xmlFlattened: 1, xmlName: 'Item' }],
    [[1, 'x', 'NamedList', 0, [0, { xmlName: 'Entry' }]], 0],
    [[2, 'x', 'InnerMap', 0, 0, () => Inner], 0],
    [
      [2, 'x', 'Attributes', 0, [0, { xmlName: 'Name' }], [0, { xmlName: 'Value' }]],
      { xmlFlattened: 1, xmlName: 'Attribute' },
    ],
    21,
    4,
  ],
];
const odd$ = [9, 'x', 'Odd', 0, () => Odd, () => Odd];

describe('flattened and renamed members', () => {
  const api = defineApi({
    name: 'odd',
    signingNames: ['odd'],
    protocol: 'query',
    version: '1',
    xmlNamespace: 'urn:odd',
    sdk: () => ({ Odd$: odd$ }),
  });
  const protocol = new AwsQueryProtocol({
    defaultNamespace: 'x',
    xmlNamespace: 'urn:odd',
    version: '1',
    errorTypeRegistries: [],
  } as never);
  const context = {
    endpoint: async () => ({ protocol: 'http:', hostname: 'h', path: '/' }),
    base64Encoder: (bytes: Uint8Array) => Buffer.from(bytes).toString('base64'),
  };
  protocol.setSerdeContext(context as never);
  const value = {
    Flat: ['a', 'b'],
    Named: ['c'],
    Map: { one: { N: 1 }, two: { N: 2.5 } },
    FlatMap: { k: 'v', 'k 2': '' },
    Blob: new Uint8Array([1, 2, 255]),
    When: new Date(1_795_248_000_000),
  };

  it('decode as the SDK writes them', async () => {
    const request = await protocol.serializeRequest(
      { ...operationSchema(), traits: {} } as never,
      value as never,
      context as never,
    );
    const body = Buffer.from(String(request.body));
    expect(
      codecOf(api).decode(operationOf(api, 'Odd'), {
        method: 'POST',
        path: '/',
        query: '',
        headers: {},
        params: {},
        body,
      }),
    ).toEqual(value);
  });

  const operationSchema = () => ({ namespace: 'x', name: 'Odd', input: Odd, output: Odd });
});

describe('bad input', () => {
  it.each([
    ['CreateRole', 'MaxSessionDuration=long', 'MaxSessionDuration'],
    ['CreateRole', 'Tags.member.x.Key=a', 'Tags.member.x'],
    ['ListPolicies', 'OnlyAttached=maybe', 'OnlyAttached'],
  ])('%s %s is refused by name', (name, form, place) => {
    expect(() => decodeForm(name, form)).toThrow(
      expect.objectContaining({ code: 'MalformedInput', message: expect.stringContaining(`'${place}'`) }),
    );
  });

  it('numbers may have gaps, and are numbers', () => {
    expect(decodeForm('CreateRole', 'Tags.member.10.Key=b&Tags.member.9.Key=a&Nope.member.1=x')).toEqual({
      Tags: [{ Key: 'a' }, { Key: 'b' }],
    });
  });

  it('is bounded', () => {
    const refused = expect.objectContaining({ code: 'MalformedQueryString' });
    expect(() => decodeForm('CreateRole', 'a=b&'.repeat(10_001))).toThrow(refused);
    expect(() => decodeForm('CreateRole', `${'a.'.repeat(40)}b=c`)).toThrow(refused);
  });

  it('never throws anything but an AwsError', () => {
    const name = fc.stringMatching(
      /^(Tags|RoleName|MaxSessionDuration|__proto__|constructor)(\.(member|entry|1|2|Key|Value|__proto__)){0,4}$/,
    );
    const form = fc.oneof(
      fc.string(),
      fc
        .array(fc.tuple(name, fc.string()))
        .map((pairs) => pairs.map(([key, value]) => `${key}=${uriEncode(value)}`).join('&')),
    );
    fc.assert(
      fc.property(fc.constantFrom(...iamApi.operations.keys()), form, (operation, body) => {
        try {
          decodeForm(operation, body);
        } catch (error) {
          expect(isAwsError(error)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
    expect(({} as Record<string, unknown>)['member']).toBeUndefined();
  });
});
