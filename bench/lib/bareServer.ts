/**
 * The floor of any server on node:http: reads the request's body, answers fixed bytes, does nothing else. It shows what part of a
 * figure is Node's and the machine's own, now.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const ANSWER = Buffer.alloc(600, 'x');

const server = createServer((request, response) => {
  request.on('data', () => {});
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': ANSWER.length });
    response.end(ANSWER);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({
    port: (server.address() as AddressInfo).port,
    credentials: { accessKeyId: '', secretAccessKey: '' },
  });
});
process.on('message', (message) => {
  if (message === 'close') return process.exit(0);
  const { user, system } = process.cpuUsage();
  process.send?.({ used: { cpuSeconds: (user + system) / 1e6, rss: 0, peakRss: 0, lag: 0, work: 0 } });
});
process.on('disconnect', () => process.exit(0));
