import { z } from 'zod';
import { operation } from '../../openapi/operation.js';

const botCommand = z
  .object({
    command: z.string().meta({ examples: ['roll'] }),
    usage: z.string().meta({ examples: ['/roll 2d6'] }),
    help: z.string().meta({ examples: ['Rolls dice'] }),
  })
  .meta({ id: 'BotCommand' });

export const listBots = operation({
  id: 'listBots',
  method: 'get',
  path: '/api/bots',
  tag: 'Bots',
  summary: 'What bots can be told to do',
  description: 'A message that begins with one of these commands is answered by a bot, in the same room.',
  answers: {
    200: { description: 'The commands of bots that are there, by name', schema: z.array(botCommand) },
  },
});
