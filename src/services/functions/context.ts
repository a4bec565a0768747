/** What the parts of the functions service share. */
import type { World } from '../../base/world.ts';
import type { Api } from '../../protocol/api.ts';
import type { InputOf, OutputOf } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import type { CodeStore } from './code.ts';
import type { FunctionPorts } from './ports.ts';
import type { FunctionsStore } from './store.ts';

/** The SDK whose types the operations take and answer. */
export type Sdk = typeof import('@aws-sdk/client-lambda');

export type FunctionsContext = {
  /** Lambda's API, made once by the server. */
  api: Api;
  store: Store;
  world: World;
  /** The account's twelve digits. */
  account: string;
  ports: FunctionPorts;
};

export type Parts = Pick<FunctionsContext, 'account' | 'ports' | 'world'> & {
  db: FunctionsStore;
  store: Store;
  /** Undefined where nothing runs functions. */
  code: CodeStore | undefined;
  /** A version's code or configuration has changed, or it has gone: inside a transaction. */
  changed(functionId: number): void;
  /** A version waits for its environment: inside a transaction. */
  prepare(versionId: number): void;
  /** An event source mapping was made, changed or deleted: inside a transaction. */
  sourceChanged(uuid: string): void;
};

export type CreateInput = InputOf<Sdk, 'CreateFunction'>;
export type UpdateInput = InputOf<Sdk, 'UpdateFunctionConfiguration'>;
export type Description = OutputOf<Sdk, 'GetFunctionConfiguration'>;
