import { createECDH } from 'node:crypto';
import type { PushSubscription, PushSubscriptionTable } from '../database/tables/push-subscription-table.js';
import { ChatError } from '../protocol/errors.js';
import { cleanEndpoint, type EndpointPolicy } from './endpoint-policy.js';

export interface PushSubscriptionsDependencies {
  /** Null: nothing is pushed. */
  publicKey: string | null;
  policy: EndpointPolicy;
  table: PushSubscriptionTable;
  now: () => number;
}

export type NewSubscription = Pick<
  PushSubscription,
  'id_user' | 'endpoint' | 'keys' | 'language' | 'host' | 'session'
>;

/** The browsers of users, as REST manages them. */
export class PushSubscriptions {
  readonly #dependencies: PushSubscriptionsDependencies;

  constructor(dependencies: PushSubscriptionsDependencies) {
    this.#dependencies = dependencies;
  }

  /** The key that browsers bind their subscriptions to; null: nothing is pushed. */
  get publicKey(): string | null {
    return this.#dependencies.publicKey;
  }

  /** @throws ChatError `database-unavailable` */
  of(id_user: string): Promise<PushSubscription[]> {
    return this.#dependencies.table.of(id_user);
  }

  /** @throws ChatError `push-off`, `bad-subscription`, `database-unavailable`, `storage-full` */
  async put(subscription: NewSubscription): Promise<void> {
    const { publicKey, policy, table, now } = this.#dependencies;
    if (publicKey === null)
      throw new ChatError('push-off', 'this server pushes no notifications: it has no VAPID keys');
    const endpoint = cleanEndpoint(subscription.endpoint, policy);
    await table.put({ ...subscription, endpoint, created: now() });
  }

  /** @param endpoint undefined: all of the user. @throws ChatError `database-unavailable` */
  remove(id_user: string, endpoint?: string): Promise<void> {
    return this.#dependencies.table.removeOf(id_user, endpoint);
  }
}

const PUBLIC_KEY_BYTES = 65;
const SECRET_BYTES = 16;

/** The keys of a subscription (RFC 8291). @throws ChatError `bad-subscription` */
export function cleanKeys(value: unknown): PushSubscription['keys'] {
  const { p256dh, auth } =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  if (typeof auth !== 'string' || bytesOf(auth)?.length !== SECRET_BYTES)
    throw refusal('keys.auth', `must be ${SECRET_BYTES} bytes in base64url`);
  const point = typeof p256dh === 'string' ? bytesOf(p256dh) : null;
  if (typeof p256dh !== 'string' || point?.length !== PUBLIC_KEY_BYTES || !isOnCurve(point))
    throw refusal(
      'keys.p256dh',
      `must be a public key of the curve P-256, ${PUBLIC_KEY_BYTES} bytes in base64url`,
    );
  return { p256dh, auth };
}

function bytesOf(text: string): Buffer | null {
  return /^[\w-]{1,100}={0,2}$/.test(text) ? Buffer.from(text, 'base64url') : null;
}

function isOnCurve(point: Buffer): boolean {
  const curve = createECDH('prime256v1');
  curve.generateKeys();
  try {
    curve.computeSecret(point);
    return true;
  } catch {
    return false;
  }
}

const refusal = (field: string, rule: string) =>
  new ChatError('bad-subscription', `${field} ${rule}`, { field });
