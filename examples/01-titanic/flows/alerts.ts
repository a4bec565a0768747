/** Who is told when something goes wrong, or when a model is not approved. */
import { defineTopic } from 'telar';

export const alerts = defineTopic({
  name: 'titanic-alerts',
  displayName: 'Titanic',
  // A rule alerts when a flow is stopped from outside (retraining.ts).
  policy: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sns:Publish' }],
  // Add yours: a webhook of Slack is { protocol: 'https', endpoint: 'https://hooks.slack.com/…', format: 'slack' }.
  subscriptions: [{ protocol: 'email', endpoint: 'ml-team@example.com' }],
});
