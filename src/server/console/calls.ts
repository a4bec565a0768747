/**
 * Operations as the console's page calls them: by name, in JSON, whatever protocol their API speaks elsewhere.
 *
 * A1. A call takes the way of every other: the same table, validation, policies and audit, as whoever is signed in.
 * A2. Bytes of objects do not come this way: the page gets a URL for them, which works for minutes and for that object alone.
 */
import type { Api } from '../../protocol/api.ts';
import type { Dispatch } from '../../protocol/dispatch.ts';
import { awsError, commonErrors } from '../../protocol/errors.ts';
import { jsonCodec } from '../../protocol/json.ts';
import { ownCodec } from '../../protocol/ownApi.ts';
import { presign } from '../../protocol/presign.ts';
import type { Call } from '../../protocol/service.ts';
import type { WireRequest, WireResponse } from '../../protocol/wire.ts';
import { bodyOf, json, jsonOf, type Signed } from './requests.ts';

const DOWNLOAD_SECONDS = 300;
/** An upload may wait for those before it. */
const UPLOAD_SECONDS = 3600;
const NOTHING = Buffer.from('{}');
const plainJson = jsonCodec('1.1');

/** @param path `sagemaker/ListPipelines` */
export async function callOperation(
  path: string,
  { apis, dispatch }: { apis: readonly Api[]; dispatch: Dispatch },
  request: WireRequest,
  call: Call,
): Promise<WireResponse> {
  const [name = '', operationName = ''] = path.split('/');
  const api = apis.find((one) => one.name === name);
  if (!api) throw awsError('UnknownOperationException', `Telar serves no API named '${name}'.`, 404);
  const operation = api.operations.get(operationName);
  if (!operation) throw commonErrors.unknownOperation(name, operationName);
  const codec = api.protocol === 'own-json' ? ownCodec(api) : plainJson;
  if (operation.streamingInput !== undefined) throw movesBytes(name, operationName);
  const body = await bodyOf(request);
  const input = codec.decode(operation, { ...request, params: {}, body: body.length > 0 ? body : NOTHING });
  const output = await dispatch.run(api, operationName, input, call);
  if (hasStream(output)) throw movesBytes(name, operationName);
  return codec.encode(operation, output, call.requestId);
}

const movesBytes = (api: string, operation: string) =>
  awsError(
    'UnsupportedOperation',
    `${api}:${operation} moves bytes, and is not called from a page. The console asks for a URL of the object instead.`,
  );

function hasStream(output: unknown): boolean {
  if (typeof output !== 'object' || output === null) return false;
  let found = false;
  for (const value of Object.values(output)) {
    if (typeof value !== 'object' || value === null || !('pipe' in value)) continue;
    found = true;
    if ('destroy' in value && typeof value.destroy === 'function') value.destroy();
  }
  return found;
}

/** A URL by which the page's browser gets an object, or puts one. */
export async function objectLink(request: WireRequest, { holder }: Signed, region: string, now: number) {
  const asked = await jsonOf(request);
  const text = (name: string) => (typeof asked[name] === 'string' ? (asked[name] as string) : undefined);
  const [bucket, key, versionId] = [text('Bucket'), text('Key'), text('VersionId')];
  const put = asked['Method'] === 'PUT';
  if (!bucket || !/^[a-z0-9.-]{3,63}$/.test(bucket) || !key) {
    throw awsError('ValidationException', 'A link needs the Bucket and the Key of an object.');
  }
  const query = {
    ...(versionId !== undefined && { versionId }),
    ...(!put && { 'response-content-disposition': `attachment; filename*=UTF-8''${fileName(key)}` }),
  };
  const { host = '' } = request.headers;
  const wanted = { bucket, key, query, host, region, now, seconds: put ? UPLOAD_SECONDS : DOWNLOAD_SECONDS };
  // With authentication off nobody has keys, and none are asked for.
  const keys = holder ?? { accessKeyId: 'unsigned', secret: 'unsigned', sessionToken: undefined };
  return json({ Url: presign({ ...wanted, method: put ? 'PUT' : 'GET' }, keys) });
}

/** As a header may carry it (RFC 5987). */
const fileName = (key: string) =>
  encodeURIComponent(key.split('/').findLast((part) => part !== '') ?? 'object').replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
