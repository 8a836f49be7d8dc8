import { ChatError } from '../../../protocol/errors.js';
import { rule } from '../../openapi/rule.js';
import { userId } from './request-fields.js';

const DAY_SECONDS = 86_400;
const MAX_EXPIRY_SECONDS = 365 * DAY_SECONDS;
const MAX_USES = 1_000;

/** A whole number, or its decimal digits in a form; null or an empty text for no limit. @throws ChatError `bad-limit` */
function countOrNull(value: unknown, field: string, max: number, fallback: number | null): number | null {
  if (value === undefined) return fallback;
  if (value === null || value === '') return null;
  const count = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= max) return count;
  throw new ChatError('bad-limit', `${field} must be a whole number from 1 to ${max}, or null`, {
    field,
    limit: max,
  });
}

/** Seconds until an invitation expires. */
export const cleanExpiry = (value: unknown) =>
  countOrNull(value, 'expires_in', MAX_EXPIRY_SECONDS, 7 * DAY_SECONDS);
/** How many users may join by an invitation. */
export const cleanUses = (value: unknown) => countOrNull(value, 'uses', MAX_USES, null);

/** The fields of a new invitation. */
export const invitationFields = {
  expires_in: rule(cleanExpiry, {
    type: ['integer', 'null'],
    minimum: 1,
    maximum: MAX_EXPIRY_SECONDS,
    default: 7 * DAY_SECONDS,
    description: 'Seconds until the invitation expires; null: never',
    examples: [DAY_SECONDS],
  }),
  uses: rule(cleanUses, {
    type: ['integer', 'null'],
    minimum: 1,
    maximum: MAX_USES,
    default: null,
    description: 'How many users may join; null: any number',
    examples: [10],
  }),
  id_user: userId.optional(),
};
