/** What `telar up` is told of jobs: how much of the machine they may have, and what they reach. */
import type { ServerOptions } from '../server/server.ts';
import { misuse } from './errors.ts';

export type JobOptions = { cpus?: string; memory?: string; promise?: string; network?: string };

const GIGABYTE = 1024 ** 3;

/** @throws misuse for what is no number, or no network */
export function jobLimitsOf({
  cpus,
  memory,
  promise,
  network = 'machine',
}: JobOptions): NonNullable<ServerOptions['jobLimits']> {
  if (network !== 'machine' && network !== 'telar') throw misuse(`--network is '${network}': give machine or telar.`);
  const given = {
    cpus: atLeast('--cpus', cpus, 1),
    memory: atLeast('--memory', memory, 0.25),
    promise: atLeast('--promise', promise, 1),
  };
  return {
    ...(given.cpus !== undefined && { cpus: given.cpus }),
    ...(given.memory !== undefined && { memoryBytes: Math.floor(given.memory * GIGABYTE) }),
    ...(given.promise !== undefined && { promise: given.promise }),
    telarOnly: network === 'telar',
  };
}

function atLeast(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value >= least) return value;
  throw misuse(`${option} is '${text}': give a number, ${least} or more.`);
}
