/**
 * The network that a job sees: the machine's; none; Telar's server alone; and the names of its other hosts.
 *
 * N1. Where it sees Telar alone, its network has a loopback of its own and nothing else. What listens there carries connections
 *     to the server's Unix socket: neither the machine's other ports nor other jobs can be reached.
 * N2. Several hosts of a job share the machine's network, each under an address of its own in 127.0.0.0/8, so that two jobs never
 *     listen at the same place.
 */
import { createHash } from 'node:crypto';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quote } from './shell.ts';

/** How jobs without a network reach the server. */
export type Gateway = {
  /** A folder that holds `GATEWAY_SOCKET` while a server runs. Sandboxes bind the folder: a restarted server's socket is seen there. */
  socketFolder: string;
  /** Where the job looks for the server on its loopback: the server's own port, so that one address holds everywhere. */
  port(): number;
};

export const GATEWAY_SOCKET = 'telar.sock';

/** One of several hosts of a job: its own name, and the addresses of all. */
export type JobHost = { name: string; names: readonly { name: string; address: string }[] };

/** What the sandbox needs to know. */
export type NetworkPlan = { gateway?: Gateway | undefined; host?: JobHost | undefined };

type Bind = { from: string; to: string; folder: boolean; readOnly: boolean };

/** Below /opt/telar. */
const PLACES = {
  socket: '.gateway',
  node: '.forwarder/node',
  forwarder: '.forwarder/forwarder',
  hosts: '.hosts',
} as const;
export const HOSTS_FILE = 'hosts';
const FORWARDER = fileURLToPath(new URL(`./forwarder${extname(import.meta.url)}`, import.meta.url));
/** As a module, whatever lies around it. */
const FORWARDER_NAME = `${PLACES.forwarder}.m${extname(FORWARDER).slice(1)}`;

/**
 * The address of a job's nth host, from 0: a network of its own for each job, as far as hashing tells jobs apart.
 *
 * @example hostAddress('train-1', 1) // 127.103.28.2
 */
export function hostAddress(jobId: string, index: number): string {
  const [first = 0, second = 0] = createHash('sha256').update(jobId).digest();
  return `127.${64 + (first % 128)}.${second}.${index + 1}`;
}

/** /etc/hosts of a job with several hosts. */
export function hostsFile({ names }: JobHost): string {
  return ['127.0.0.1 localhost', '::1 localhost', ...names.map(({ name, address }) => `${address} ${name}`), ''].join(
    '\n',
  );
}

/** What is bound below `telar`, the place where /opt/telar is put together. */
export function networkBinds({ gateway, host }: NetworkPlan, root: string, telar: string): Bind[] {
  const file = (from: string, name: string): Bind => ({ from, to: `${telar}/${name}`, folder: false, readOnly: true });
  return [
    ...(gateway
      ? [
          { from: gateway.socketFolder, to: `${telar}/${PLACES.socket}`, folder: true, readOnly: true },
          file(process.execPath, PLACES.node),
          file(FORWARDER, FORWARDER_NAME),
        ]
      : []),
    ...(host ? [file(join(root, HOSTS_FILE), PLACES.hosts)] : []),
  ];
}

/** Brings up the loopback with whatever this machine has for that. */
const LOOPBACK_UP = `loopback_up() {
  ip link set lo up 2>/dev/null && return
  ifconfig lo up 2>/dev/null && return
  perl -e 'socket(S,2,2,0) && ioctl(S,0x8914,pack("a16sx22","lo",0x49)) or exit 1' 2>/dev/null && return
  python3 -c 'import fcntl,socket,struct;fcntl.ioctl(socket.socket(2,2),0x8914,struct.pack("16sh22x",b"lo",0x49))' 2>/dev/null
}`;

/** Lines of the sandbox's script, before the job's own process: the working folder is the job's, /opt is made. @param drop gives up rights */
export function networkLines({ gateway, host }: NetworkPlan, telar: string, drop: string): string[] {
  return [
    ...(host
      ? [`must mount -n --bind ${telar}/${PLACES.hosts} /etc/hosts`, `hostname ${quote(host.name)} 2>/dev/null || :`]
      : []),
    ...(gateway
      ? [
          LOOPBACK_UP,
          'must loopback_up',
          'must mkfifo gateway.ready',
          `${drop} ${telar}/${PLACES.node} ${telar}/${FORWARDER_NAME} ${gateway.port()} ${telar}/${PLACES.socket}/${GATEWAY_SOCKET} >gateway.ready 2>gateway.log </dev/null &`,
          'read -r ready <gateway.ready || { echo "telar: the way to Telar\'s server could not be opened: $(cat gateway.log)"; exit 125; }',
          'rm -f gateway.ready',
        ]
      : []),
  ];
}
