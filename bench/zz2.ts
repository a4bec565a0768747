import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { publishChain } from './lib/chain.ts';
import { withServer } from './lib/server.ts';

const keep = setInterval(() => {}, 1000);
await withServer(async (server) => {
  const py = await publishChain(server, 'py', {
    image: 'sagemaker-xgboost:1.7-1',
    program: 'python3',
    script: 'noop.py',
    source: 'open("/opt/ml/processing/output/result/x", "w").write("1")\n',
    steps: 8,
  });
  await py();
  const s = new Session();
  s.connect();
  await py();
  await s.post('Profiler.enable');
  await s.post('Profiler.setSamplingInterval', { interval: 200 });
  await s.post('Profiler.start');
  for (let i = 0; i < 4; i++) {
    const c = process.cpuUsage();
    const t = performance.now();
    await py();
    const d = process.cpuUsage(c);
    console.log(
      'wall/step',
      ((performance.now() - t) / 8).toFixed(1),
      'server cpu ms/step user',
      (d.user / 8e3).toFixed(2),
      'sys',
      (d.system / 8e3).toFixed(2),
    );
  }
  const { profile } = (await s.post('Profiler.stop')) as any;
  writeFileSync('/tmp/p.cpuprofile', JSON.stringify(profile));
  const self = new Map<string, number>();
  const dt = profile.timeDeltas;
  const byId = new Map(profile.nodes.map((n: any) => [n.id, n]));
  profile.samples.forEach((id: number, i: number) => {
    const n: any = byId.get(id);
    const k =
      n.callFrame.functionName + ' ' + n.callFrame.url.split('/').slice(-2).join('/') + ':' + n.callFrame.lineNumber;
    self.set(k, (self.get(k) ?? 0) + dt[i]);
  });
  const tot = [...self.values()].reduce((a, b) => a + b);
  console.log('total ms', tot / 1e3);
  for (const [k, v] of [...self].sort((a, b) => b[1] - a[1]).slice(0, 45)) console.log((v / 1e3 / 32).toFixed(3), k);
});
clearInterval(keep);
