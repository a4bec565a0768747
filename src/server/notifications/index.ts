/** The notifications service, with what it is given of the others and of the world outside. */
import type { World } from '../../base/world.ts';
import type { SendTo } from '../../protocol/targets.ts';
import {
  createNotificationsService,
  type NotificationPorts,
  type Notifications,
} from '../../services/notifications/index.ts';
import type { Store } from '../../store/store.ts';
import { sns } from '../apis.ts';
import type { ServiceCalls } from '../roleCalls.ts';
import type { MailServer } from './mail.ts';
import { mailThrough } from './mail.ts';
import { createPost } from './post.ts';
import { createMessageSigner, type MessageSigner } from './signer.ts';

export type { MailServer } from './mail.ts';
export { createMessageSigner, type MessageSigner } from './signer.ts';

/** What reaches the world outside, and how links to this server are written. */
export type NotificationMeans = {
  /** @default one whose key lives as long as the system */
  signer?: MessageSigner;
  /** @default mails go to the outbox alone */
  mailServer?: MailServer | undefined;
  /**
   * `local` leads to this server's own address; `aws` to the names of SNS itself, which reach this server through its proxy alone, and
   * which validators of messages ask for. @default 'local'
   */
  links?: 'local' | 'aws';
};

type Parts = {
  store: Store;
  world: World;
  account: string;
  send: SendTo;
  callAsService: ServiceCalls;
  /** Where this server answers. */
  endpointUrl(): string;
  tags: Pick<NotificationPorts, 'tagsOf' | 'setTags' | 'removeTagsOfKeys' | 'removeTags'>;
  means: NotificationMeans | undefined;
};

export function notificationsService(parts: Parts): Notifications {
  const { store, world, account, send, callAsService, endpointUrl, tags, means = {} } = parts;
  const signer = means.signer ?? createMessageSigner(undefined, world);
  const { post, close: closePost } = createPost();
  const mailServer = means.mailServer && mailThrough(means.mailServer);
  const made = createNotificationsService({
    ...{ api: sns, store, world, account },
    ports: {
      ...{ send, signer, post, mail: mailServer?.mail },
      callAsService: (region, topicArn) => callAsService('sns.amazonaws.com', region, topicArn),
      links(region) {
        const base = means.links === 'aws' ? `https://sns.${region}.amazonaws.com` : endpointUrl();
        return { base, certificate: `${base}${signer.path()}` };
      },
      isOwnAddress: (url) => isSameAddress(url, new URL(endpointUrl())),
      ...{ tagsOf: tags.tagsOf, setTags: tags.setTags },
      ...{ removeTagsOfKeys: tags.removeTagsOfKeys, removeTags: tags.removeTags },
    },
  });
  const { service } = made;
  return {
    ...made,
    service: {
      ...service,
      async stop() {
        await service.stop?.();
        closePost();
        mailServer?.close();
      },
    },
  };
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The server listens on loopback: by whichever of its names. */
const isSameAddress = (url: URL, own: URL): boolean => LOOPBACK.test(url.hostname) && portOf(url) === portOf(own);

const portOf = ({ port, protocol }: URL): string => port || (protocol === 'https:' ? '443' : '80');
