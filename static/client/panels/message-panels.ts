import { requestApi, type ServerFrame } from 'changeroom-client';
import { pinnedPath } from '../../../server/http/pages/rows/room-path.js';
import { t } from '../../../server/http/pages/texts/text.js';
import { mentionedUsers } from '../../../server/protocol/mentions.js';
import type { Message } from '../../../server/protocol/message.js';
import { MessagePanel, type PanelContent, type PanelDependencies, type PanelPage } from './message-panel.js';

/** Opens the panel that a link names. */
export function openPanel({ dataset }: HTMLAnchorElement, dependencies: PanelDependencies): void {
  const content = dataset.panel === 'mentions' ? mentions(dependencies) : pins(dependencies);
  new MessagePanel(content, dependencies).open();
}

/** The pinned messages of the room that the page shows, the newest pin first. */
function pins({ client, room, as, token }: PanelDependencies): PanelContent {
  const name = room();
  return {
    title: t('annotations.title'),
    none: t('annotations.none'),
    page: pinnedPath(name, as),
    hasPlaces: false,
    async load() {
      const url = `/api/rooms/${encodeURIComponent(name)}/pins`;
      const { answer } = await requestApi<Omit<PanelPage, 'before'>>({ method: 'GET', url, token });
      return { ...answer, before: null };
    },
    isChangedBy(frame: ServerFrame, shown: ReadonlySet<string>) {
      if (!('room' in frame) || frame.room !== name)
        return frame.type === 'deliverMessage' && shown.has(frame.message.id);
      if (frame.type === 'annotationsChanged') return shown.has(frame.id) !== (frame.pinned !== null);
      if (frame.type === 'removeMessage') return shown.has(frame.id);
      return frame.type === 'roomSnapshot' || frame.type === 'roomResync';
    },
    isOver: () => room() !== name || client.join(name).isExpelled,
  };
}

/** The messages of all rooms that mention the user, the newest first. */
function mentions({ user, as, token }: PanelDependencies): PanelContent {
  const self = () => user().id_user ?? '';
  const mentionsSelf = ({ body }: Message) => mentionedUsers(body).includes(self());
  return {
    title: t('mentions.title'),
    none: t('mentions.none'),
    page: as === null ? '/mentions' : `/mentions?id_user=${encodeURIComponent(as)}`,
    hasPlaces: true,
    async load(before) {
      const url = `/api/me/mentions?limit=30${before === null ? '' : `&before=${before}`}`;
      return (await requestApi<PanelPage>({ method: 'GET', url, token })).answer;
    },
    isChangedBy(frame: ServerFrame, shown: ReadonlySet<string>) {
      if (frame.type === 'deliverMessage') return shown.has(frame.message.id) || mentionsSelf(frame.message);
      if (frame.type === 'removeMessage') return shown.has(frame.id);
      if (frame.type === 'roomActivity')
        return frame.messages === null || frame.mentions?.[self()] !== undefined;
      return frame.type === 'welcome';
    },
    isOver: () => false,
  };
}
