import type { RoomEntry } from '../../protocol/room.js';
import { type ElementTree, element } from './rows/element.js';
import { t } from './texts/text.js';

interface Choice {
  name: 'access' | 'joining' | 'posting' | 'archived';
  label: string;
  chosen: string;
  values: readonly { value: string; text: string; hint?: string }[];
}

/** The choices that the owner of a room has, each as a group of buttons. @param strangers users who are in it without being members */
export function roomChoices(entry: RoomEntry, strangers: number): ElementTree[] {
  return choicesOf(entry, strangers).map(({ name, label, chosen, values }) =>
    element(
      'fieldset',
      {},
      element('legend', {}, label),
      ...values.map(({ value, text, hint }) =>
        element(
          'label',
          { class: 'choice' },
          element('input', { type: 'radio', name, value, checked: value === chosen }),
          element('span', {}, element('strong', {}, text), hint !== undefined && element('small', {}, hint)),
        ),
      ),
    ),
  );
}

function choicesOf({ access, joining, posting, archived }: RoomEntry, strangers: number): Choice[] {
  const losing = strangers > 0 ? ` ${t('roomSettings.losing', { count: strangers })}` : '';
  return [
    {
      name: 'access',
      label: t('newRoom.access'),
      chosen: access,
      values: [
        { value: 'open', text: t('newRoom.open'), hint: t('newRoom.openHint') },
        { value: 'members', text: t('newRoom.members'), hint: t('newRoom.membersHint') + losing },
        { value: 'private', text: t('newRoom.private'), hint: t('newRoom.privateHint') + losing },
      ],
    },
    {
      name: 'joining',
      label: t('roomSettings.joining'),
      chosen: joining,
      values: [
        { value: 'self', text: t('roomSettings.joining.self') },
        { value: 'request', text: t('roomSettings.joining.request') },
      ],
    },
    {
      name: 'posting',
      label: t('roomSettings.posting'),
      chosen: posting,
      values: [
        { value: 'all', text: t('roomSettings.posting.all') },
        { value: 'moderators', text: t('roomSettings.posting.moderators') },
      ],
    },
    {
      name: 'archived',
      label: t('roomSettings.state'),
      chosen: `${archived !== null}`,
      values: [
        { value: 'false', text: t('roomSettings.state.active') },
        { value: 'true', text: t('roomSettings.state.archived'), hint: t('roomSettings.state.archivedHint') },
      ],
    },
  ];
}
