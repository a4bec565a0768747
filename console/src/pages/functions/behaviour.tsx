/** What becomes of events that a function is sent without being waited for: how often it is tried, where they go then. */
import { useCall } from '../../data/queries.ts';
import { targetOf } from '../../data/targets.ts';
import { duration } from '../../parts/format.ts';
import { Failure, Loading } from '../../parts/notice.tsx';
import { Facts } from '../../parts/page.tsx';
import { TargetLink } from '../../parts/target.tsx';

/** As AWS begins with. */
const RETRIES = 2;
const OLDEST = 6 * 3600;

export function Behaviour({ name }: { name: string }) {
  const listed = useCall('lambda', 'ListFunctionEventInvokeConfigs', { FunctionName: name });
  const found = useCall('lambda', 'GetFunctionConfiguration', { FunctionName: name });
  const error = listed.error ?? found.error;
  if (error) return <Failure error={error} />;
  if (!listed.data || !found.data) return <Loading />;
  const letters = found.data.DeadLetterConfig?.TargetArn;
  const configs = listed.data.FunctionEventInvokeConfigs ?? [];
  return (
    <>
      {(configs.length === 0 ? [{}] : configs).map((config) => (
        <Facts
          key={config.FunctionArn ?? ''}
          items={[
            ['Of', config.FunctionArn?.split(':').slice(7).join(':') || '$LATEST'],
            ['Tried again', `${config.MaximumRetryAttempts ?? RETRIES} times`],
            ['For', duration((config.MaximumEventAgeInSeconds ?? OLDEST) * 1000)],
            ['When it answers', destination(config.DestinationConfig?.OnSuccess?.Destination)],
            ['When all has failed', destination(config.DestinationConfig?.OnFailure?.Destination)],
            ['Dead letters', destination(letters)],
          ]}
        />
      ))}
    </>
  );
}

const destination = (arn: string | undefined) => arn && <TargetLink key={arn} {...targetOf(arn)} />;
