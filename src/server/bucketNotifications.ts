/** What the objects service is given of those that it tells of changes. */
import type { ObjectsPorts } from '../services/objects/index.ts';
import { lambda } from './apis.ts';
import type { Authorize } from './authorize.ts';
import type { Flows } from './flows.ts';

type Parts = {
  authorize: Authorize;
  /** There once all services are. */
  flows(): Pick<Flows, 'emit' | 'send' | 'callAsService'>;
};

const S3 = 's3.amazonaws.com';

export function notificationPorts({ authorize, flows }: Parts): Pick<ObjectsPorts, 'notify' | 'mayInvoke' | 'emit'> {
  return {
    notify(target, { bucketArn, region }) {
      const { send, callAsService } = flows();
      send(target, callAsService(S3, region, bucketArn));
    },
    mayInvoke(resource, { bucketArn, region }) {
      const call = flows().callAsService(S3, region, bucketArn);
      return authorize(lambda, call.principal, [{ action: 'lambda:InvokeFunction', resource }], call) === undefined;
    },
    emit: (event) => flows().emit(event),
  };
}
