/**
 * Real clients inside jobs, with addresses of AWS in their code: boto3, Python's own, Node.js; as the job's role, however the job
 * was started and whatever it sees of the network.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreateProcessingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemWorld } from '../../src/base/world.ts';
import { isRunnerError } from '../../src/runner/errors.ts';
import { createImages } from '../../src/runner/images/images.ts';
import { isolation } from '../../src/runner/isolation.ts';
import { forwardProxy } from '../support/forwardProxy.ts';
import { SHARED_IMAGES, startTestServer, type TestServer } from '../support/server.ts';
import { listening, selfSigned } from '../support/tls.ts';
import { openWorkbench, pause, type Workbench } from '../support/workbench.ts';

const PYTHON = 'sagemaker-scikit-learn:1.2-1-cpu-py3';
const NODE = 'telar/node:24';
const CODE = '/opt/ml/processing/code';
const isolated = (await isolation()).kind === 'namespaces';
if (!isolated) console.warn('Skipped: jobs in namespaces, which this machine does not grant.');

/** Why there is no Python for jobs here, or undefined. */
const noPython = await createImages({ clock: systemWorld.clock, imagesFolder: SHARED_IMAGES })
  .prepare(PYTHON, (line) => console.log(line))
  .then(
    () => undefined,
    (error: Error) => {
      if (isRunnerError(error) && /^(PythonMissing|VenvMissing|RegistryUnreachable)$/.test(error.code))
        return error.message;
      throw error;
    },
  );
if (noPython) console.warn(`Skipped: boto3 in jobs. ${noPython}`);

type Asked = Partial<CreateProcessingJobCommandInput> & { program?: string[]; image?: string };

let count = 0;
/** Runs a script as a processing job. @returns its log, and how it ended */
async function job(bench: Workbench, script: string, { program = ['python3'], image = PYTHON, ...more }: Asked = {}) {
  const name = `client-${++count}`;
  const code = await bench.put(`code/${name}/main`, script);
  const { ProcessingJobArn } = await bench.sagemaker.createProcessingJob({
    ...{ ProcessingJobName: name, RoleArn: bench.roleArn },
    AppSpecification: { ImageUri: image, ContainerEntrypoint: [...program, `${CODE}/main`] },
    ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
    ProcessingInputs: [
      {
        InputName: 'code',
        S3Input: { S3Uri: code, LocalPath: CODE, S3DataType: 'S3Prefix', S3InputMode: 'File' },
      },
    ],
    ...more,
  });
  for (;;) {
    const described = await bench.sagemaker.describeProcessingJob({ ProcessingJobName: name });
    if (!['InProgress', 'Stopping'].includes(described.ProcessingJobStatus!)) {
      return { log: await bench.log(ProcessingJobArn!), status: described.ProcessingJobStatus! };
    }
    await pause(20);
  }
}

const session = (name: string) => `arn:aws:sts::000000000000:assumed-role/${name}/SageMaker`;

/** As the SageMaker SDK asks who it is; and S3 by the name of a bucket, which Python's own TLS and not botocore's trusts. */
const WHO = `
import boto3, urllib.request
sts = boto3.client('sts', endpoint_url='https://sts.eu-west-1.amazonaws.com', region_name='eu-west-1')
print('who', sts.get_caller_identity()['Arn'])
s3 = boto3.client('s3', endpoint_url='https://s3.us-east-1.amazonaws.com')
s3.put_object(Bucket='BUCKET', Key='note', Body='a note')
url = s3.generate_presigned_url('get_object', Params={'Bucket': 'BUCKET', 'Key': 'note'}, ExpiresIn=60)
print('read', urllib.request.urlopen(url).read().decode())
`;

let server: TestServer;
let bench: Workbench;
beforeAll(async () => {
  server = await startTestServer();
  bench = await openWorkbench(server, 'clients');
});
afterAll(() => server.close());

// Python for jobs cannot be had here: the reason is printed above.
describe.skipIf(noPython !== undefined)('boto3 in a job, by an address of AWS', () => {
  const who = WHO.replaceAll('BUCKET', 'clients');
  const answered = `who ${session('clients')}\nread a note\n`;

  it("is answered by Telar, as the job's role", async () => {
    expect((await job(bench, who)).log).toBe(answered);
  });

  it('is answered in a job that starts cold, and through a shell', async () => {
    const { log } = await job(bench, who, { Environment: { PYTHONOPTIMIZE: '1' } });
    expect(log.replace(/^telar: .*\n/, '')).toBe(answered);
    expect((await job(bench, `#!/bin/sh\npython3 - <<'END'\n${who}\nEND\n`, { program: ['sh'] })).log).toBe(answered);
  });

  // This machine grants no namespaces: that is printed above.
  it.skipIf(!isolated)('is answered in a job that reaches Telar alone, and nothing else is', async () => {
    const only = await startTestServer({ jobLimits: { telarOnly: true } });
    try {
      const alone = await openWorkbench(only, 'alone');
      const elsewhere = `
import urllib.request
try:
    urllib.request.urlopen('https://example.org', timeout=5)
except OSError as error:
    print(error)`;
      const { log } = await job(alone, WHO.replaceAll('BUCKET', 'alone') + elsewhere);
      expect(log).toBe(
        `who ${session('alone')}\nread a note\n<urlopen error Tunnel connection failed: 403 Telar is offline: example.org is not reached>\n`,
      );
    } finally {
      await only.close();
    }
  });

  // This machine grants no namespaces: that is printed above.
  it.skipIf(!isolated)('is not, in a job without a network', async () => {
    const { log } = await job(
      bench,
      `import os\nprint([n for n, value in os.environ.items() if '/opt/telar/trust' in value or 'ASIA' in value and 'PROXY' in n])`,
      {
        NetworkConfig: { EnableNetworkIsolation: true },
      },
    );
    expect(log).toBe('[]\n');
  });

  it("is, behind a company's proxy, which all other hosts are reached through", async () => {
    const certificate = selfSigned('stand-in.example');
    const far = createServer(certificate, (_request, response) => response.end('the stand-in'));
    const company = await forwardProxy(await listening(far));
    const folder = mkdtempSync(join(tmpdir(), 'telar-company-'));
    writeFileSync(join(folder, 'company.pem'), certificate.cert);
    vi.stubEnv('https_proxy', company.url);
    vi.stubEnv('SSL_CERT_FILE', join(folder, 'company.pem'));
    const behind = await startTestServer();
    try {
      const there = await openWorkbench(behind, 'behind');
      const elsewhere = `print(urllib.request.urlopen('https://stand-in.example/').read().decode())`;
      const { log } = await job(there, WHO.replaceAll('BUCKET', 'behind') + elsewhere);
      expect(log).toBe(`who ${session('behind')}\nread a note\nthe stand-in\n`);
      expect(company.asked).toEqual(['stand-in.example:443 true']);
    } finally {
      await behind.close();
      await company.close();
      far.close();
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("is not where the job's own variables say otherwise", async () => {
    const script = `import os\nprint(*(os.environ.get(n) for n in ('https_proxy', 'HTTPS_PROXY', 'NO_PROXY', 'AWS_CA_BUNDLE', 'REQUESTS_CA_BUNDLE')))`;
    const own = { HTTPS_PROXY: 'http://own.example:3128', REQUESTS_CA_BUNDLE: '/own.pem' };
    const { log } = await job(bench, script, { Environment: own });
    expect(log).toMatch(/^None http:\/\/own\.example:3128 None \/opt\/telar\/trust\/bundle-\w+\.pem \/own\.pem\n$/);
  });
});

it('Node.js in a job trusts the authority, and starts warm all the same', async () => {
  const script = `
import { connect } from 'node:net';
import { connect as secure } from 'node:tls';
const { hostname, port, username, password } = new URL(process.env.HTTPS_PROXY);
const host = 'sts.us-east-1.amazonaws.com';
const pass = Buffer.from(username + ':' + password).toString('base64');
const socket = connect({ host: hostname, port });
socket.write('CONNECT ' + host + ':443 HTTP/1.1\\r\\nProxy-Authorization: Basic ' + pass + '\\r\\n\\r\\n');
socket.once('data', () => {
  const tls = secure({ socket, servername: host }, () => { console.log('authorized', tls.authorized); tls.destroy(); });
});`;
  const run = () =>
    job(bench, script, {
      image: NODE,
      program: ['sh', '-c', `cp ${CODE}/main ${CODE}/main.mjs && exec node ${CODE}/main.mjs`],
    });
  for (let tries = 0; tries < 3; tries += 1) expect((await run()).log).toBe('authorized true\n');
});
