import type { RoomDirectory } from '../../rooms/room-directory.js';
import { type Endpoint, endpoint } from '../openapi/serve.js';
import type { Visitors } from '../visitors.js';
import { encodeCursor } from './cursor.js';
import {
  createRoom,
  getRoom,
  joinRoom,
  leaveRoom,
  listMembers,
  listRooms,
  markRead,
} from './operations/rooms.js';

export interface RoomsDependencies {
  directory: RoomDirectory;
  visitors: Visitors;
}

/** What rooms there are, and who has joined them. A write is answered when this server sees it too. */
export function roomEndpoints({ directory, visitors }: RoomsDependencies): Endpoint[] {
  return [
    endpoint(listRooms, async ({ query: { after, limit } }, req, res) => {
      const reader = await visitors.reader(req);
      res.set('Cache-Control', 'no-cache');
      const next = (name: string) => `/api/rooms?limit=${limit}&after=${encodeURIComponent(name)}`;
      if (after === undefined) {
        const { rooms, isWhole } = await directory.list(reader);
        if (!isWhole) res.links({ next: next('') });
        res.json(rooms);
      } else {
        const page = await directory.page(after === '' ? null : after, limit, reader);
        if (page.next !== null) res.links({ next: next(page.next) });
        res.json(page.rooms);
      }
    }),

    endpoint(createRoom, async ({ body: { name, topic = '', access = 'open' } }, req, res) => {
      const by = await visitors.visitor(req, res);
      const room = await directory.create({ name, topic, access, by, address: req.ip });
      res
        .status(201)
        .location(`/api/rooms/${encodeURIComponent(name)}`)
        .json(room);
    }),

    endpoint(getRoom, async ({ params: { room } }, req, res) => {
      res.set('Cache-Control', 'no-cache').json(await directory.info(room, await visitors.reader(req)));
    }),

    endpoint(joinRoom, async ({ params: { room } }, req, res) => {
      await directory.join(room, await visitors.visitor(req, res), req.ip);
      res.json({ room, joined: true });
    }),

    endpoint(leaveRoom, async ({ params: { room } }, req, res) => {
      await directory.leave(room, (await visitors.visitor(req, res)).id_user, req.ip);
      res.json({ room, joined: false });
    }),

    endpoint(markRead, async ({ params: { room }, body: position }, req, res) => {
      const { id_user } = await visitors.visitor(req, res);
      res.json({ room, read: await directory.markRead(room, id_user, position) });
    }),

    endpoint(listMembers, async ({ params: { room }, query: { after, limit } }, req, res) => {
      const start = after ? { joined: after.sent, id_user: after.id } : null;
      const { members, next } = await directory.members(room, await visitors.reader(req), start, limit);
      if (next) {
        const cursor = encodeCursor({ sent: next.joined ?? 0, id: next.id_user });
        res.links({ next: `/api/rooms/${encodeURIComponent(room)}/members?limit=${limit}&after=${cursor}` });
      }
      res.set('Cache-Control', 'no-cache').json(members);
    }),
  ];
}
