/** Fields that several frames have. */
import { z } from 'zod';
import { quotes } from './entities.js';

export const refSchema = z.union([z.string().max(64), z.number()]);
/** Chosen by the client; returned in the frame that answers. */
export type Ref = z.infer<typeof refSchema> | undefined;

export const ref = refSchema.optional().describe('The `ref` of the frame that this one answers');
export const names = z
  .record(z.string(), z.string())
  .optional()
  .describe(
    'Current names by `id_user`: of authors, where they differ from the names in their messages, and of mentioned users',
  );
export const quoted = quotes.optional();
export const isLive = z
  .boolean()
  .describe("False while the room's changefeed is interrupted: the messages may be out of date");
