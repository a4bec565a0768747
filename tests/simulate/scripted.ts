/** A client that wants one thing after the other done and repeats, under the same token, whatever it was not answered. */
import type { Api } from '../../src/protocol/api.ts';
import { isAwsError } from '../../src/protocol/errors.ts';
import type { Call } from '../../src/protocol/service.ts';
import type { System } from '../../src/server/system.ts';
import { DISK_FULL, type Incarnation } from './world.ts';

export const ACCOUNT = '000000000000';

export type Request = {
  api: Api | 's3';
  operation: string;
  input(): object;
  /** Once all executions have ended, or so many milliseconds after the request before. */
  when: 'idle' | number;
  answered?(output: object): void;
  /** Codes of refusals that are as good as an answer. */
  accepts?: RegExp;
};

export type Scripted = {
  connect(system: System, incarnation: Incarnation): void;
  /** Whether everything was answered. */
  done(): boolean;
  problems(): readonly string[];
};

export function createScripted(wanted: readonly Request[], isIdle: (system: System) => boolean): Scripted {
  const problems: string[] = [];
  let progress = 0;

  function connect(system: System, { world, alive }: Incarnation): void {
    const { clock } = world;
    const s3 = system.services.find(({ name }) => name === 'objects')!.api;

    function next(): void {
      const request = wanted[progress];
      if (!request) return;
      if (request.when === 'idle' && !isIdle(system)) clock.at(clock.now() + 5000, next);
      else if (request.when === 'idle') send(request);
      else clock.at(clock.now() + request.when, () => send(request));
    }

    function send(request: Request): void {
      const api = request.api === 's3' ? s3 : request.api;
      void system.dispatch.run(api, request.operation, request.input(), callAt(clock.now())).then(
        (output) => {
          if (!alive()) return;
          request.answered?.(output as object);
          goOn();
        },
        (error: unknown) => {
          if (!alive()) return;
          if (String(error).includes(DISK_FULL)) {
            clock.at(clock.now() + 1000, next);
            return;
          }
          if (!isAwsError(error) || !request.accepts?.test(error.code)) {
            problems.push(`${request.operation}: ${String(error)}`);
          }
          goOn();
        },
      );
    }

    function goOn(): void {
      progress += 1;
      clock.soon(next);
    }

    clock.soon(next);
  }

  return { connect, done: () => progress >= wanted.length, problems: () => problems };
}

export function callAt(now: number): Call {
  return {
    ...{ requestId: 'simulated', account: ACCOUNT, region: 'us-east-1', now, headers: {} },
    principal: {
      kind: 'root',
      arn: `arn:aws:iam::${ACCOUNT}:root`,
      userId: ACCOUNT,
      account: ACCOUNT,
      accessKeyId: undefined,
    },
  };
}
