import { ChatError } from '../../protocol/errors.js';

export interface LimitRule {
  min: number;
  max: number;
  fallback: number;
}

/** The parameter `limit` of a query: how many messages are wanted. @throws ChatError `bad-limit` */
export function readLimit(value: unknown, { min, max, fallback }: LimitRule): number {
  if (value === undefined) return fallback;
  const limit = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (limit >= min && limit <= max) return limit;
  throw new ChatError('bad-limit', `limit must be a whole number from ${min} to ${max}`, {
    field: 'limit',
    limit: max,
  });
}
