/** What the objects service is given of the others: who records its reads, and whom it tells of changes. */
import type { Identity } from '../services/identity/index.ts';
import type { ObjectsPorts } from '../services/objects/index.ts';
import { lambda } from './apis.ts';
import type { Authorize } from './authorize.ts';
import type { Flows } from './flows.ts';

type Parts = {
  identity: Pick<Identity, 'principalExists'>;
  authorize: Authorize;
  flows: Pick<Flows, 'emit' | 'send' | 'callAsService'>;
};

const S3 = 's3.amazonaws.com';

/** @param parts there once all services are */
export function objectsPorts(recorder: ObjectsPorts['recorder'], parts: () => Parts): ObjectsPorts {
  return {
    recorder,
    notify(target, { bucketArn, region }) {
      const { send, callAsService } = parts().flows;
      send(target, callAsService(S3, region, bucketArn));
    },
    mayInvoke(resource, { bucketArn, region }) {
      const { authorize, flows } = parts();
      const call = flows.callAsService(S3, region, bucketArn);
      return authorize(lambda, call.principal, [{ action: 'lambda:InvokeFunction', resource }], call) === undefined;
    },
    principalExists: (name) => parts().identity.principalExists(name),
    emit: (event) => parts().flows.emit(event),
  };
}
