/**
 * The one table of all operations, and the one way to run them: requests from the wire, steps of pipelines, tasks of state
 * machines and targets of rules all pass through here, with the caller's own permissions.
 *
 * D1. validate → authorize → run → audit, always in that order, always all of them.
 * D2. An operation that changed state and its audit record commit together.
 * D3. A refusal is on record, also when the work around it is undone with it.
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
  authorize(api: Api, principal: Principal, access: readonly Access[], call: Call): AwsError | undefined;
  /** Inside a transaction. */
  audit(record: AuditRecord): void;
  /** Inside a transaction: audits a record that must stay even if the transaction is undone. */
  auditForGood(record: AuditRecord): void;
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
  runWithin(api: Api, operation: string, input: unknown, call: Call, instead?: (call: Call) => unknown): unknown;
};

type Row = Operation<unknown, unknown>;
/** An operation that is asked for, and what it touches. */
type Asked = { api: Api; operation: string; row: Row; call: Call; access: Access[] };

export function createDispatch(options: DispatchOptions): Dispatch {
  const { validate, authorize, audit, auditForGood, transact, read } = options;
  const table = tableOf(options.services);
  const refusals = refusalsOf(options.services);

  function look(api: Api, operation: string, input: unknown, given: Call): Asked {
    const row = table.get(api)?.get(operation);
    if (!row) {
      const reason = refusals.get(api)?.get(operation);
      throw reason === undefined
        ? commonErrors.notImplemented(api.name, operation)
        : commonErrors.refusedOperation(api.name, operation, reason);
    }
    const violations = validate(api, operation, input);
    if (violations.length > 0) throw commonErrors.validation(violations, api);
    const call: Call = { ...given, refusal: (access) => authorize(api, given.principal, [access], given) };
    return { api, operation, row, call, access: row.access(input, call) };
  }

  function permit({ api, call, access }: Asked): void {
    const refusal = authorize(api, call.principal, access, call);
    if (refusal) throw refusal;
  }

  /** Inside a transaction. */
  function done(asked: Asked): void {
    if (!asked.row.readOnly && asked.row.audit === 'management') audit(recordOf(asked));
  }

  async function run(api: Api, operation: string, input: unknown, given: Call): Promise<unknown> {
    const asked = look(api, operation, input, given);
    const { row, call } = asked;
    try {
      permit(asked);
      if (row.kind === 'transaction' && row.readOnly) return await read(() => row.run(input, call));
      if (row.kind === 'transaction') {
        return await transact(() => {
          const output = row.run(input, call);
          done(asked);
          return output;
        });
      }
      let committed = false;
      const commit = <T>(work: () => T): Promise<T> =>
        transact(() => {
          const result = work();
          if (!committed) done(asked);
          committed = true;
          return result;
        });
      return await row.run(input, { ...call, commit, read });
    } catch (error) {
      if (isRefusal(error)) await transact(() => audit(recordOf(asked, error.code)));
      throw error;
    }
  }

  return {
    find: (api, operation) => table.get(api)?.get(operation),
    run,
    runWithin(api, operation, input, given, instead) {
      const asked = look(api, operation, input, given);
      const { row, call } = asked;
      const within = row.kind === 'stream' ? row.within : row.run;
      if (!within) throw new Error(`Broken invariant (a bug in Telar): ${operation} moves bytes`);
      try {
        permit(asked);
        const output = instead ? instead(call) : within(input, call);
        done(asked);
        return output;
      } catch (error) {
        if (isRefusal(error)) auditForGood(recordOf(asked, error.code));
        throw error;
      }
    },
  };
}

const isRefusal = (error: unknown): error is AwsError => isAwsError(error) && error.status === 403;

function recordOf({ api, operation, call, access }: Asked, error?: string): AuditRecord {
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

/** Merges the services' tables by API. Two services may share an API, never an operation. */
function tableOf(services: readonly Service[]): Map<Api, Map<string, Row>> {
  const table = new Map<Api, Map<string, Row>>();
  for (const service of services) {
    const rows = table.get(service.api) ?? new Map<string, Row>();
    table.set(service.api, rows);
    for (const [name, operation] of Object.entries(service.operations)) {
      if (rows.has(name)) throw new Error(`${service.api.name}:${name} is implemented by two services`);
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
      reasons.set(name, reason);
    }
  }
  return all;
}

/** The decoder made the input from the very schema that the operation's types come from. */
function forgetTypes(operation: AnyOperation): Row {
  return operation as unknown as Row;
}
