import { z } from 'zod';
import type { ListedSession } from '../../database/tables/session-table.js';
import { time } from '../../protocol/entities.js';
import { ChatError } from '../../protocol/errors.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import type { Visitors } from '../visitors.js';

/** The sessions of users: logins on the page, or browsers of guests with a secured name. */
export interface UserSessions {
  list(id_user: string): Promise<ListedSession[]>;
  end(id: string): Promise<unknown>;
}

export interface SessionsDependencies {
  /** Null where there are no sessions: tokens come from elsewhere. */
  userSessions: UserSessions | null;
  visitors: Visitors;
}

const tag = 'People';

const session = z
  .object({
    id: z.string(),
    created: time.nullable(),
    used: time.nullable().describe('When it was last used, to the day'),
    device: z
      .string()
      .nullable()
      .describe('Browser and system, as far as they are known')
      .meta({ examples: ['Firefox, Linux'] }),
    is_current: z.boolean().describe('Of this request'),
  })
  .meta({ id: 'Session' });

const listSessions = operation({
  id: 'listSessions',
  method: 'get',
  path: '/api/me/sessions',
  tag,
  summary: 'List your sessions',
  description:
    'The browsers and programs that are signed in as you, the newest first. A guest has none before the name is secured.',
  responses: { 200: { description: 'At most 20', schema: z.array(session) } },
});

const endSession = operation({
  id: 'endSession',
  method: 'delete',
  path: '/api/me/sessions/:id',
  tag,
  summary: 'End one of your sessions',
  description: 'Pages, sockets and event streams of the session end at once, on all servers.',
  params: { id: z.string().describe('Id of a session') },
  responses: { 204: { description: 'Ended' } },
  errors: ['no-such-session'],
});

const endOtherSessions = operation({
  id: 'endOtherSessions',
  method: 'delete',
  path: '/api/me/sessions',
  tag,
  summary: 'End all your other sessions',
  description: 'All but that of the request.',
  responses: { 204: { description: 'Ended' } },
});

export function sessionEndpoints({ userSessions, visitors }: SessionsDependencies): Endpoint[] {
  return [
    endpoint(listSessions, async (_input, req, res) => {
      const { id_user, id_session } = await visitors.session(req, res);
      const sessions = (await userSessions?.list(id_user)) ?? [];
      res
        .set('Cache-Control', 'no-store')
        .json(sessions.map((one) => ({ ...one, is_current: one.id === id_session })));
    }),

    endpoint(endOtherSessions, async (_input, req, res) => {
      const { id_user, id_session } = await visitors.session(req, res);
      await endOthers(userSessions, id_user, id_session);
      res.status(204).end();
    }),

    endpoint(endSession, async ({ params: { id } }, req, res) => {
      const { id_user } = await visitors.session(req, res);
      await endOwnSession(userSessions, id_user, id);
      res.status(204).end();
    }),
  ];
}

/** @throws ChatError `no-such-session`, `database-unavailable` */
export async function endOwnSession(
  sessions: UserSessions | null,
  id_user: string,
  id: string,
): Promise<void> {
  const own = (await sessions?.list(id_user)) ?? [];
  if (!own.some((one) => one.id === id))
    throw new ChatError('no-such-session', 'you have no session of this id', { field: 'id' });
  await sessions?.end(id);
}

/** @param kept id of the session that stays. @throws ChatError `database-unavailable` */
export async function endOthers(
  sessions: UserSessions | null,
  id_user: string,
  kept: string | undefined,
): Promise<void> {
  const own = (await sessions?.list(id_user)) ?? [];
  for (const { id } of own) if (id !== kept) await sessions?.end(id);
}
