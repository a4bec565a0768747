/** A topic: who is told, and telling them something. */

import { useAsked } from '../../data/address.ts';
import { links } from '../../data/links.ts';
import { useCall } from '../../data/queries.ts';
import { Button } from '../../parts/button.tsx';
import { Json } from '../../parts/code.tsx';
import { shortName } from '../../parts/format.ts';
import { jsonOrText } from '../../parts/jsonText.ts';
import { Failure, Loading } from '../../parts/notice.tsx';
import { Facts, Page, Section } from '../../parts/page.tsx';
import { Arn } from '../../parts/target.tsx';
import type { PageProps } from '../area.ts';
import { LastMails } from './lastMails.tsx';
import { Publish } from './publish.tsx';
import { Subscriptions } from './subscriptions.tsx';

export function TopicPage({ params: { arn } }: PageProps<'arn'>) {
  const { data, error, refetch } = useCall('sns', 'GetTopicAttributes', { TopicArn: arn });
  const [publishing, setPublishing] = useAsked('publish');
  const attributes = data?.Attributes;
  return (
    <Page
      title={shortName(arn)}
      crumbs={[{ label: 'Topics', href: links.topics() }]}
      actions={
        attributes && (
          <Button variant="primary" onClick={() => setPublishing(true)}>
            Publish a message
          </Button>
        )
      }
    >
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {attributes && (
        <>
          <Facts
            items={[
              ['Shown as', attributes['DisplayName']],
              ['Kind', attributes['FifoTopic'] === 'true' ? 'FIFO: messages of a group in their order' : 'Standard'],
              ['Subscribers', attributes['SubscriptionsConfirmed']],
              ['To confirm', attributes['SubscriptionsPending']],
              ['ARN', <Arn key="arn" arn={arn} />],
            ]}
          />
          <Section title="Subscriptions">
            <Subscriptions topicArn={arn} />
          </Section>
          <LastMails topicArn={arn} />
          <Documents attributes={attributes} />
          {publishing && <Publish topicArn={arn} onClose={() => setPublishing(false)} />}
        </>
      )}
    </Page>
  );
}

function Documents({ attributes }: { attributes: Readonly<Record<string, string>> }) {
  const { Policy, EffectiveDeliveryPolicy } = attributes;
  return (
    <>
      {Policy && (
        <Section title="Who may use it">
          <Json value={jsonOrText(Policy)} open={1} />
        </Section>
      )}
      {EffectiveDeliveryPolicy && (
        <Section title="How often web addresses are tried">
          <Json value={jsonOrText(EffectiveDeliveryPolicy)} open={1} />
        </Section>
      )}
    </>
  );
}
