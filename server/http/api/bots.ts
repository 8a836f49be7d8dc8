import { type Endpoint, endpoint } from '../openapi/serve.js';
import type { Visitors } from '../visitors.js';
import { listBots } from './operations/bots.js';

export interface BotEndpointsDependencies {
  /** Null: there are none. */
  bots: { list(): { command: string; usage: string; help: string }[] } | null;
  visitors: Visitors;
}

/** What bots there are, for whoever types a message. */
export function botEndpoints({ bots, visitors }: BotEndpointsDependencies): Endpoint[] {
  return [
    endpoint(listBots, async (_input, req, res) => {
      await visitors.reader(req);
      res.set('Cache-Control', 'no-cache').json(bots?.list() ?? []);
    }),
  ];
}
