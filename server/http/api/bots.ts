import { z } from 'zod';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import type { Visitors } from '../visitors.js';

export interface BotEndpointsDependencies {
  /** Null: this server has no broker for bots. */
  bots: { list(): { command: string; usage: string; help: string }[] } | null;
  visitors: Visitors;
}

const botCommand = z
  .object({
    command: z.string().meta({ examples: ['roll'] }),
    usage: z.string().meta({ examples: ['/roll 2d6'] }),
    help: z.string().meta({ examples: ['Rolls dice'] }),
  })
  .meta({ id: 'BotCommand' });

const listBots = operation({
  id: 'listBots',
  method: 'get',
  path: '/api/bots',
  tag: 'Bots',
  summary: 'List the commands of bots',
  description: 'A bot answers a message that begins with one of these commands, in the same room.',
  responses: { 200: { description: 'The commands of running bots, by name', schema: z.array(botCommand) } },
});

/** The commands that bots have announced. */
export function botEndpoints({ bots, visitors }: BotEndpointsDependencies): Endpoint[] {
  return [
    endpoint(listBots, async (_input, req, res) => {
      await visitors.reader(req);
      res.set('Cache-Control', 'no-cache').json(bots?.list() ?? []);
    }),
  ];
}
