/** A real server for a test: in a temporary folder, on a free port, gone afterwards. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLog } from '../../src/base/log.ts';
import { systemWorld } from '../../src/base/world.ts';
import { DEFAULT_REGION, type Server, type ServerOptions, startServer } from '../../src/server/server.ts';

export type TestServer = {
  url: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  server: Server;
  /** What every SDK client takes. */
  client: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
    maxAttempts: 1;
  };
  close(): Promise<void>;
};

/** All suites share the images' environments: building one takes a minute. */
export const SHARED_IMAGES = fileURLToPath(new URL('../../.cache/images', import.meta.url));

export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'telar-test-'));
  const world = { ...systemWorld, log: silentLog };
  const server = await startServer({ port: 0, imagesFolder: SHARED_IMAGES, world, ...options, folder });
  const credentials = server.credentials!;
  const { url } = server;
  return {
    ...{ url, region: DEFAULT_REGION, credentials, server },
    client: { endpoint: url, region: DEFAULT_REGION, credentials, maxAttempts: 1 },
    async close() {
      await server.close();
      if (!options.folder) await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}
