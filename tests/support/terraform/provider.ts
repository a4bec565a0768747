/**
 * Stands in for hashicorp/aws, which no package registry carries: serves the provider's schema of the resources that Telar
 * exports (src/deploy/generated/awsProvider.ts) to the real `terraform`, and plans what it is told. It answers the account
 * that it is given, reaches nothing, and cannot apply: what AWS itself would say of the values is not tested by it.
 *
 * Speaks Terraform's plugin protocol 6 over gRPC, to a terraform that is told of it by TF_REATTACH_PROVIDERS.
 */
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { AWS_RESOURCES } from '../../../src/deploy/generated/awsProvider.ts';
import { byteFields, type Field, message, withUnknown } from './wire.ts';

export type StandIn = {
  /** For terraform's environment. */
  readonly TF_REATTACH_PROVIDERS: string;
  close(): Promise<void>;
};

type Specification = { readonly [name: string]: string | Specification };

const IDENTITY = {
  account_id: 'computed string',
  arn: 'computed string',
  id: 'computed string',
  user_id: 'computed string',
};
const BLOCKS_IN_A_LIST = 2;

function schemaBlock(specification: Specification): Buffer {
  return message(
    ...Object.entries(specification).map(([name, member]): Field => {
      if (typeof member !== 'string') {
        return [3, message([1, name], [2, schemaBlock(member)], [3, BLOCKS_IN_A_LIST])];
      }
      const [word, type = 'string'] = member.split(' ');
      const [, collection, element] = /^(\w+)\((\w+)\)$/.exec(type) ?? [];
      const kind = JSON.stringify(collection === undefined ? type : [collection, element]);
      const flag = { required: 4, optional: 5, computed: 6 }[word!]!;
      return [2, message([1, name], [2, kind], [flag, true])];
    }),
  );
}

const schema = (specification: Specification) => message([2, schemaBlock(specification)]);

/** GetProviderSchema.Response: the provider's own schema, the resources, the data source. */
const SCHEMAS = message(
  [1, schema({ region: 'optional string' })],
  ...Object.entries(AWS_RESOURCES).map(
    ([name, specification]): Field => [2, message([1, name], [2, schema(specification)])],
  ),
  [3, message([1, 'aws_caller_identity'], [2, schema(IDENTITY)])],
);

function planned(request: Buffer): Buffer {
  const fields = byteFields(request);
  const resource = AWS_RESOURCES[fields.get(1)!.toString() as keyof typeof AWS_RESOURCES];
  const computed = Object.entries(resource).filter(
    ([, kind]) => typeof kind === 'string' && kind.startsWith('computed'),
  );
  const proposed = byteFields(fields.get(3)!).get(1)!;
  return message([1, message([1, withUnknown(proposed, new Set(computed.map(([name]) => name)))])]);
}

function answer(method: string, request: Buffer, account: string): Buffer | undefined {
  if (method === 'GetProviderSchema') return SCHEMAS;
  if (/^(Validate\w+Config|ConfigureProvider)$/.test(method)) return message();
  if (method === 'PlanResourceChange') return planned(request);
  if (method === 'ReadDataSource') {
    const arn = `arn:aws:iam::${account}:user/somebody`;
    return message([1, message([2, JSON.stringify({ account_id: account, arn, id: account, user_id: 'AIDA' })])]);
  }
  return undefined;
}

function respond(stream: ServerHttp2Stream, path: string, body: Buffer, account: string): void {
  const [, service, method = ''] = path.split('/');
  // A length-prefixed message: a byte for compression, four for the length.
  const response = service === 'tfplugin6.Provider' ? answer(method, body.subarray(5), account) : undefined;
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': response ? '0' : '12' }));
  if (response) {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(response.length, 1);
    stream.write(Buffer.concat([head, response]));
  }
  stream.end();
}

/** @param account whose the credentials seem to be */
export async function startStandIn(account: string): Promise<StandIn> {
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, headers) => {
    const pieces: Buffer[] = [];
    stream.on('error', () => {}); // terraform hangs up on streams that it has no more use for.
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('end', () => {
      if (!stream.destroyed) respond(stream, String(headers[':path']), Buffer.concat(pieces), account);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const attached = {
    Protocol: 'grpc',
    ProtocolVersion: 6,
    Pid: process.pid,
    Test: true,
    Addr: { Network: 'tcp', String: `127.0.0.1:${port}` },
  };
  return {
    TF_REATTACH_PROVIDERS: JSON.stringify({ 'registry.terraform.io/hashicorp/aws': attached }),
    close: () =>
      new Promise((resolve) => {
        for (const session of sessions) session.destroy();
        server.close(() => resolve());
      }),
  };
}
