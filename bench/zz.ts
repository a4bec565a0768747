import { publishChain } from './lib/chain.ts';
import { withServer } from './lib/server.ts';

const keep = setInterval(() => {}, 1000);
await withServer(async (server) => {
  try {
    const py = await publishChain(server, 'py', {
      image: 'sagemaker-xgboost:1.7-1',
      program: 'python3',
      script: 'noop.py',
      source: 'open("/opt/ml/processing/output/result/x", "w").write("1")\n',
      steps: 8,
    });
    const nd = await publishChain(server, 'nd', {
      image: 'telar/node:24',
      program: 'node',
      script: 'noop.ts',
      source:
        'import { writeFileSync } from "node:fs"; const x: string = "1"; writeFileSync("/opt/ml/processing/output/result/x", x);\n',
      steps: 8,
    });
    for (let i = 0; i < 4; i++) {
      (globalThis as any).PH = {};
      let t = performance.now();
      console.log('py', (await py()).join(' '), ((performance.now() - t) / 8).toFixed(1));
      show();
      t = performance.now();
      console.log('node', (await nd()).join(' '), ((performance.now() - t) / 8).toFixed(1));
      show();
    }
  } catch (e) {
    console.log(e);
    const sm = new (await import('@aws-sdk/client-sagemaker')).SageMaker(server.client);
    const j = await sm.listProcessingJobs({ StatusEquals: 'Failed' });
    for (const x of j.ProcessingJobSummaries!) console.log(x.FailureReason);
    const fs = await import('node:fs');
    for (const f of fs.readdirSync(server.folder + '/logs'))
      console.log(fs.readFileSync(server.folder + '/logs/' + f, 'utf8'));
  }
});
clearInterval(keep);
function show() {
  const ph = (globalThis as any).PH;
  const med = (a: number[]) => a.sort((x, y) => x - y)[a.length >> 1]!.toFixed(1);
  console.log(
    Object.entries(ph)
      .map(([k, v]: any) => k + ' ' + med(v.map((x: any) => x[0])) + '+' + med(v.map((x: any) => x[1])))
      .join('  '),
  );
  (globalThis as any).PH = {};
}
