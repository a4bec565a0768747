/** What a browser is answered for a page of another origin, by the rules of the bucket that it asks for. */

import { uuid } from '../../base/random.ts';
import type { World } from '../../base/world.ts';
import type { Api } from '../../protocol/api.ts';
import type { AwsError } from '../../protocol/errors.ts';
import { restXmlCodec } from '../../protocol/restXml.ts';
import type { WireResponse } from '../../protocol/wire.ts';
import { allowedBy, type CrossOrigin } from './cors.ts';
import { s3Errors } from './errors.ts';
import type { Settings } from './settings.ts';
import type { ObjectsStore } from './store.ts';

export type AskedOf = CrossOrigin & { bucket: string };

export type CrossOriginRules = {
  /** The headers that let the page see the answer; undefined when no rule of the bucket allows it. */
  allowed(asked: AskedOf): Record<string, string> | undefined;
  /** The answer to an OPTIONS request. @param path as sent, to be named in a refusal */
  preflight(asked: AskedOf, path: string): WireResponse;
};

export function crossOriginRules(api: Api, rows: ObjectsStore, settings: Settings, world: World): CrossOriginRules {
  const codec = restXmlCodec(api);

  function allowed(asked: AskedOf): Record<string, string> | undefined {
    if (asked.origin === '' || !rows.bucket({ name: asked.bucket })) return undefined;
    return allowedBy(settings.get(asked.bucket, 'cors') ?? [], asked);
  }

  function refusal(asked: AskedOf): AwsError {
    if (asked.origin === '') {
      return s3Errors.badRequest('Insufficient information. Origin request header needed.');
    }
    if (asked.method === '') {
      return s3Errors.badRequest('Invalid Access-Control-Request-Method: null');
    }
    const rules = rows.bucket({ name: asked.bucket }) && settings.get(asked.bucket, 'cors');
    return s3Errors.corsForbidden(rules !== undefined);
  }

  return {
    allowed,
    preflight(asked, path) {
      const headers = asked.method === '' ? undefined : allowed(asked);
      const requestId = uuid(world.random);
      if (!headers) return codec.encodeError(refusal(asked), requestId, { method: 'OPTIONS', path });
      return {
        status: 200,
        headers: { ...headers, 'x-amz-request-id': requestId, 'content-length': '0' },
        body: undefined,
      };
    },
  };
}
