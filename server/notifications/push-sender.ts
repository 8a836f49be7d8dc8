import { createHash } from 'node:crypto';
import { Agent, request } from 'node:https';
import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import webPush from 'web-push';
import type { VapidKeys } from '../config/push-config.js';
import type { PushSubscription } from '../database/tables/push-subscription-table.js';
import { reasonOf } from '../lib/error-reason.js';
import type { Log } from '../telemetry/logger.js';
import { type EndpointPolicy, isHostAccepted, lookupOf } from './endpoint-policy.js';

/** `gone`: the browser has ended the subscription. `postponed`: the push service failed a moment ago. */
export type PushOutcome = 'sent' | 'gone' | 'failed' | 'postponed';

export interface PushSenderDependencies {
  keys: VapidKeys;
  /** `VAPID_SUBJECT`; null: the address of the page. */
  subject: string | null;
  policy: EndpointPolicy;
  log: Log;
  now: () => number;
}

export interface Push {
  /** JSON, at most `MAX_PAYLOAD_BYTES`. */
  payload: string;
  /** A push service keeps the newest undelivered push of a topic. */
  topic: string;
  isUrgent: boolean;
}

/** Push services accept 4,096 bytes after encryption. */
export const MAX_PAYLOAD_BYTES = 3_000;
/** Seconds for which a push service keeps a message for a browser that is off. */
const LIFETIME_SECONDS = 24 * 60 * 60;
const TIMEOUT_MS = 10_000;
const MAX_CONCURRENT_PUSHES = 50;
/** Further pushes fail. */
const MAX_WAITING_PUSHES = 5_000;
/** Connections to one push service. */
const MAX_CONNECTIONS_PER_HOST = 10;
/** Bytes of a response, which are ignored. */
const MAX_RESPONSE_BYTES = 8_192;
/** Pauses after failures of one endpoint: an endpoint that never answers must not occupy the connections. */
const FIRST_PAUSE_MS = 30_000;
const MAX_PAUSE_MS = 60 * 60_000;
const MAX_PAUSED_ENDPOINTS = 10_000;

/** Encrypts notifications for browsers (RFC 8291) and sends them to their push services (RFC 8030). */
export class PushSender {
  readonly #dependencies: PushSenderDependencies;
  readonly #limit = pLimit(MAX_CONCURRENT_PUSHES);
  readonly #agent: Agent;
  readonly #paused = new LRUCache<string, { until: number; pauseMs: number }>({ max: MAX_PAUSED_ENDPOINTS });

  constructor(dependencies: PushSenderDependencies) {
    this.#dependencies = dependencies;
    const { policy } = dependencies;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: MAX_CONNECTIONS_PER_HOST,
      lookup: lookupOf(policy),
      ...(policy.ca !== undefined && { ca: policy.ca }),
    });
  }

  /** Never rejects. */
  async send(subscription: PushSubscription, push: Push): Promise<PushOutcome> {
    const { log, now } = this.#dependencies;
    const paused = this.#paused.get(subscription.id);
    if (paused && now() < paused.until) return 'postponed';
    if (this.#limit.pendingCount >= MAX_WAITING_PUSHES) return 'failed';
    try {
      const status = await this.#limit(() => this.#request(subscription, push));
      if (status === 404 || status === 410) return 'gone';
      if (status >= 200 && status < 300) {
        this.#paused.delete(subscription.id);
        return 'sent';
      }
      log.warn({ status, host: hostOf(subscription) }, 'push refused by the push service');
    } catch (error) {
      log.debug({ reason: reasonOf(error), host: hostOf(subscription) }, 'push failed');
    }
    const pauseMs = Math.min(paused ? paused.pauseMs * 2 : FIRST_PAUSE_MS, MAX_PAUSE_MS);
    this.#paused.set(subscription.id, { until: now() + pauseMs, pauseMs });
    return 'failed';
  }

  close(): void {
    this.#limit.clearQueue();
    this.#agent.destroy();
  }

  /** @returns the status of the response */
  async #request(subscription: PushSubscription, { payload, topic, isUrgent }: Push): Promise<number> {
    const { keys, policy, subject } = this.#dependencies;
    const url = new URL(subscription.endpoint);
    // Any driver may have written the row.
    if (url.protocol !== 'https:' || !isHostAccepted(url, policy))
      throw new Error('the endpoint is not public');
    const { headers, body } = webPush.generateRequestDetails(subscription, payload, {
      vapidDetails: { ...keys, subject: subject ?? `https://${subscription.host ?? 'localhost'}` },
      TTL: LIFETIME_SECONDS,
      urgency: isUrgent ? 'high' : 'normal',
      topic: createHash('sha256').update(topic).digest('base64url').slice(0, 32),
    });
    return new Promise((settle, reject) => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const sent = request(url, { method: 'POST', headers, agent: this.#agent, signal }, (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_RESPONSE_BYTES) response.destroy();
        });
        response.on('error', () => {});
        response.on('close', () => settle(response.statusCode ?? 0));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

function hostOf({ endpoint }: PushSubscription): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host : 'invalid';
}
