/** The codec of an API, by its protocol. */
import { unreachable } from '../base/assert.ts';
import type { Api } from './api.ts';
import type { Codec } from './codec.ts';
import { jsonCodec } from './json.ts';
import { ownCodec } from './ownApi.ts';
import { queryCodec } from './query.ts';
import { restJsonCodec } from './restJson.ts';
import { restXmlCodec } from './restXml.ts';

export type { Codec } from './codec.ts';

/** The codec that speaks the API's protocol. Cheap: make it once per Api all the same. */
export function codecOf(api: Api): Codec {
  switch (api.protocol) {
    case 'json-1.0':
      return jsonCodec('1.0', api);
    case 'json-1.1':
      return jsonCodec('1.1', api);
    case 'query':
      return queryCodec(api);
    case 'rest-xml':
      return restXmlCodec(api);
    case 'rest-json':
      return restJsonCodec();
    case 'own-json':
      return ownCodec(api);
    default:
      return unreachable(api.protocol);
  }
}
