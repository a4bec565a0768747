/** What every suite of the AWS CLI and boto3 begins and ends with. */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type AwsHome, awsClients, awsHome } from './awsCli.ts';
import { startTestServer, type TestServer } from './server.ts';

type Made = { home: AwsHome; server: TestServer };

/**
 * Starts a server and a home of the clients before the suite, and removes both after it. Where the clients cannot be had, each
 * test is skipped with the reason.
 *
 * @param needs `boto3` comes with an AWS CLI of its own; an `aws` on the PATH may be without it
 * @example let home: AwsHome; realClients('boto3', (made) => { home = made.home; });
 */
export function realClients(needs: 'aws' | 'boto3', ready: (made: Made) => void | Promise<void>): void {
  let made: Made | undefined;
  let missing: string | undefined;

  beforeAll(async () => {
    const clients = await awsClients();
    if (!clients.available) missing = clients.reason;
    else if (needs === 'boto3' && clients.python === undefined) missing = 'only an aws on the PATH was found.';
    if (!clients.available || missing !== undefined) return;
    const server = await startTestServer();
    made = { home: awsHome(clients, server), server };
    await ready(made);
  });
  afterAll(async () => {
    made?.home.remove();
    await made?.server.close();
  });
  beforeEach((context) => {
    if (missing !== undefined) context.skip(`No ${needs}: ${missing}`);
  });
}
