import type { RoomEntry } from '../../../protocol/room.js';
import { t } from '../texts/text.js';

/** The name of a role; empty for members without a further one. */
export function roleText(role: RoomEntry['role']): string {
  if (role === 'owner') return t('role.owner');
  return role === 'moderator' ? t('role.moderator') : '';
}
