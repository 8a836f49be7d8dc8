import { requireSecret } from '../../auth/secrets.js';
import type { Config } from '../../config/config.js';
import type { Presence } from '../../presence/presence.js';
import { type Endpoint, endpoint } from '../openapi/serve.js';
import { flushPresence, summarisePresence } from './operations/people.js';

export interface PresenceDependencies {
  config: Pick<Config, 'presenceTokens'>;
  presence: Presence;
}

/** For operators: who is present, over all rooms and processes. */
export function presenceEndpoints({
  config: { presenceTokens },
  presence,
}: PresenceDependencies): Endpoint[] {
  return [
    endpoint(summarisePresence, async (_input, req, res) => {
      requireSecret(presenceTokens.summary, req.get('authorization'));
      res.set('Cache-Control', 'no-store').json(await presence.summary());
    }),

    endpoint(flushPresence, async (_input, req, res) => {
      requireSecret(presenceTokens.flush, req.get('authorization'));
      res.set('Cache-Control', 'no-store').json({ dropped: await presence.flush() });
    }),
  ];
}
