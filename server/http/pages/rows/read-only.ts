import type { RoomEntry } from '../../../protocol/room.js';
import { t } from '../texts/text.js';

/** Why a reader of a room cannot write in it; empty if the reader can. */
export function readOnlyText({ archived, posting, role }: RoomEntry): string {
  if (archived !== null) return t('room.archived');
  const isModerator = role !== null && role !== 'member';
  return posting === 'moderators' && !isModerator ? t('room.readOnly') : '';
}
