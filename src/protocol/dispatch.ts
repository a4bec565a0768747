/**
 * The one table of all operations, and the one way to run them: requests from the wire, steps of pipelines, tasks of state
 * machines and targets of rules all pass through here, with the caller's own permissions.
 *
 * D1. validate → authorize → run → audit, always in that order, always all of them.
 * D2. An operation that changed state and its audit record commit together.
 */
import type { Api } from './api.ts';
import { type AwsError, commonErrors, isAwsError } from './errors.ts';
import type { Access, AnyOperation, Call, Operation, Principal, Service } from './service.ts';

/** One management event, as the audit trail keeps it. */
export type AuditRecord = {
  requestId: string;
  /** Milliseconds since the epoch. */
  at: number;
  region: string;
  principal: string;
  accessKeyId: string | undefined;
  api: string;
  operation: string;
  resources: readonly string[];
  /** The error's code when the operation was refused. */
  error: string | undefined;
};

export type DispatchOptions = {
  services: readonly Service[];
  /** Every violated constraint of an input, worded as AWS words them. */
  validate(api: Api, operation: string, input: unknown): readonly string[];
  /** Undefined when all of it is allowed. */
  authorize(principal: Principal, access: readonly Access[], call: Call): AwsError | undefined;
  /** Inside a transaction. */
  audit(record: AuditRecord): void;
  transact<T>(work: () => T): Promise<T>;
  /** The same for work that changes nothing. */
  read<T>(work: () => T): Promise<T>;
};

export type Dispatch = {
  /** The row of an operation; undefined when Telar does not implement it. */
  find(api: Api, operation: string): Operation<unknown, unknown> | undefined;
  /** Runs an operation in transactions of its own; resolves once what it did is durable. */
  run(api: Api, operation: string, input: unknown, call: Call): Promise<unknown>;
  /**
   * Runs an operation inside the transaction under way. Throws AwsErrors. Only for operations that do not move bytes.
   *
   * @param instead what to run in place of the operation's own work, once it is admitted: for callers inside Telar for
   *   whom an operation does a little more than for clients
   */
  runWithin(api: Api, operation: string, input: unknown, call: Call, instead?: () => unknown): unknown;
};

type Row = Operation<unknown, unknown>;

export function createDispatch(options: DispatchOptions): Dispatch {
  const { validate, authorize, audit, transact, read } = options;
  const table = tableOf(options.services);
  const refusals = refusalsOf(options.services);

  function admit(api: Api, operation: string, input: unknown, call: Call): { row: Row; access: Access[] } {
    const row = table.get(api)?.get(operation);
    if (!row) {
      const reason = refusals.get(api)?.get(operation);
      throw reason === undefined
        ? commonErrors.notImplemented(api.name, operation)
        : commonErrors.refusedOperation(api.name, operation, reason);
    }
    const violations = validate(api, operation, input);
    if (violations.length > 0) throw commonErrors.validation(violations, api);
    const access = row.access(input, call);
    const refusal = authorize(call.principal, access, call);
    if (refusal) throw refusal;
    return { row, access };
  }

  function recordOf(api: Api, operation: string, access: readonly Access[], call: Call, error?: string): AuditRecord {
    const { requestId, now, region, principal } = call;
    return {
      requestId,
      at: now,
      region,
      principal: principal.arn,
      accessKeyId: principal.accessKeyId,
      api: api.name,
      operation,
      resources: access.map(({ resource }) => resource),
      error,
    };
  }

  function within(
    api: Api,
    operation: string,
    call: Call,
    { row, access }: { row: Row; access: Access[] },
    work: () => unknown,
  ) {
    const output = work();
    if (!row.readOnly && row.audit === 'management') audit(recordOf(api, operation, access, call));
    return output;
  }

  async function run(api: Api, operation: string, input: unknown, call: Call): Promise<unknown> {
    let admitted: { row: Row; access: Access[] } | undefined;
    try {
      admitted = admit(api, operation, input, call);
      const { row, access } = admitted;
      if (row.kind === 'transaction' && row.readOnly) return await read(() => row.run(input, call));
      if (row.kind === 'transaction') {
        return await transact(() => within(api, operation, call, { row, access }, () => row.run(input, call)));
      }
      let committed = false;
      const commit = <T>(work: () => T): Promise<T> =>
        transact(() => {
          const result = work();
          if (!committed && !row.readOnly && row.audit === 'management') audit(recordOf(api, operation, access, call));
          committed = true;
          return result;
        });
      return await row.run(input, { ...call, commit });
    } catch (error) {
      if (isAwsError(error) && error.status === 403) {
        await transact(() => audit(recordOf(api, operation, admitted?.access ?? [], call, error.code)));
      }
      throw error;
    }
  }

  return {
    find: (api, operation) => table.get(api)?.get(operation),
    run,
    runWithin(api, operation, input, call, instead) {
      const admitted = admit(api, operation, input, call);
      const { row } = admitted;
      if (row.kind === 'stream') throw new Error(`Broken invariant (a bug in Telar): ${operation} moves bytes`);
      return within(api, operation, call, admitted, instead ?? (() => row.run(input, call)));
    },
  };
}

/** Merges the services' tables by API. Two services may share an API, never an operation. */
function tableOf(services: readonly Service[]): Map<Api, Map<string, Row>> {
  const table = new Map<Api, Map<string, Row>>();
  for (const service of services) {
    const rows = table.get(service.api) ?? new Map<string, Row>();
    table.set(service.api, rows);
    for (const [name, operation] of Object.entries(service.operations)) {
      if (rows.has(name)) throw new Error(`${service.api.name}:${name} is implemented by two services`);
      if (!service.api.operations.has(name)) throw new Error(`${service.api.name} has no operation ${name}`);
      rows.set(name, forgetTypes(operation));
    }
  }
  return table;
}

/** What the services leave out on purpose, by API. */
function refusalsOf(services: readonly Service[]): Map<Api, Map<string, string>> {
  const all = new Map<Api, Map<string, string>>();
  for (const { api, refused = {} } of services) {
    const reasons = all.get(api) ?? new Map<string, string>();
    all.set(api, reasons);
    for (const [name, reason] of Object.entries(refused)) {
      if (!api.operations.has(name)) throw new Error(`${api.name} has no operation ${name}`);
      reasons.set(name, reason);
    }
  }
  return all;
}

/** The decoder made the input from the very schema that the operation's types come from. */
function forgetTypes(operation: AnyOperation): Row {
  return operation as unknown as Row;
}
