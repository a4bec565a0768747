/** A registry for tests: serves what it is given, asks for tokens, and fails as it is told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Built, type Descriptor, sha256 } from './containerImages.ts';

export type TestRegistry = {
  /** `127.0.0.1:PORT` */
  host: string;
  /** Requests so far: method, path, and the headers that matter. */
  seen: { path: string; authorization: string | undefined; range: string | undefined; host: string | undefined }[];
  close(): Promise<void>;
};

export type RegistryBehaviour = {
  /** Repository and tag → an image, or an index of several. */
  images: Readonly<Record<string, Built | readonly Built[]>>;
  /** Asks for a token, which is given for these credentials alone. */
  credentials?: { username: string; password: string };
  /** Called before each answer; one that answers by itself returns true. */
  intercept?(request: IncomingMessage, response: ServerResponse, blob: Buffer | undefined): boolean;
};

const INDEX = 'application/vnd.oci.image.index.v1+json';

export async function startRegistry({ images, credentials, intercept }: RegistryBehaviour): Promise<TestRegistry> {
  const blobs = new Map<string, Buffer>();
  const tags = new Map<string, { bytes: Buffer; type: string }>();
  for (const [name, image] of Object.entries(images)) {
    const built: readonly Built[] = Array.isArray(image) ? image : [image as Built];
    for (const one of built) for (const [digest, bytes] of one.blobs) blobs.set(digest, bytes);
    const manifests: Descriptor[] = built.map(({ manifest }) => manifest);
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
    const only = built[0]!.manifest;
    tags.set(
      name,
      Array.isArray(image) ? { bytes: index, type: INDEX } : { bytes: blobs.get(only.digest)!, type: only.mediaType },
    );
  }
  const seen: TestRegistry['seen'] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://registry');
    const { authorization, range, host } = request.headers;
    seen.push({ path: pathname, authorization, range, host });
    if (pathname === '/token') {
      const wanted =
        credentials && `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
      const ok = authorization === wanted && searchParams.get('service') === 'tests';
      response.writeHead(ok ? 200 : 401).end(JSON.stringify(ok ? { token: `for-${searchParams.get('scope')}` } : {}));
      return;
    }
    const [, repository, kind, by] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(pathname) ?? [];
    if (credentials && authorization !== `Bearer for-repository:${repository}:pull`) {
      const challenge = `Bearer realm="http://${host}/token",service="tests",scope="repository:${repository}:pull"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return;
    }
    const tag = tags.get(`${repository}:${by}`);
    const bytes = kind === 'manifests' && tag ? tag.bytes : blobs.get(by ?? '');
    if (intercept?.(request, response, bytes)) return;
    if (!bytes) return void response.writeHead(404).end('{}');
    const type =
      kind === 'blobs' ? 'application/octet-stream' : (tag?.type ?? 'application/vnd.oci.image.manifest.v1+json');
    const from = Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
    const headers = {
      'content-type': type,
      'docker-content-digest': sha256(bytes),
      'content-length': bytes.length - from,
    };
    if (from === 0) response.writeHead(200, headers);
    else response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` });
    response.end(bytes.subarray(from));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
