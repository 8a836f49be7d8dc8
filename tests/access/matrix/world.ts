import r from 'rethinkdb';
import { Guests } from '../../../server/auth/guest.js';
import { ACCESS, MEMBER_ROLES, ROLES, type Role, type RoomInfo } from '../../../server/protocol/entities.js';
import { startTestApp } from '../../support/app.js';
import { SocketClient } from '../../support/socket-client.js';

const SECRET = 'a secret of the matrix test';

/** A room of the matrix. */
export interface MatrixRoom {
  name: string;
  rules: Pick<RoomInfo, 'access' | 'joining' | 'posting' | 'archived'>;
}

export interface MatrixUser {
  id_user: string;
  headers: { authorization: string };
  socket: SocketClient;
}

export interface World {
  url: string;
  rooms: readonly MatrixRoom[];
  /** The user who has a role in all rooms; the id is the name of the role. */
  user(role: Role): MatrixUser;
  /** The headers of a user who has done nothing yet. */
  newcomer(): { authorization: string };
  stop(): Promise<void>;
}

const STATES: { posting?: 'moderators'; archived?: true }[] = [
  {},
  { posting: 'moderators' },
  { archived: true },
];

function roomsOfMatrix(): MatrixRoom[] {
  const rooms = ACCESS.flatMap((access) => STATES.map((state) => ({ access, ...state })));
  const byRequest = { access: 'members', joining: 'request' } as const;
  return [...rooms, byRequest].map((rules) => ({
    name: `room ${Object.entries(rules).join(' ').replaceAll(',', ' ')}`,
    rules: { joining: 'self', posting: 'all', ...rules, archived: 'archived' in rules ? 1 : null },
  }));
}

/** Messages of each user in each room: the first is edited and pinned, each of the others is deleted through one door. */
export const MESSAGES_PER_USER = 4;
export const messageOf = (room: string, id_user: string, n = 0) =>
  `${room.replaceAll(' ', '-')}-${id_user}-${n}`;
/** The author of messages that remain as they are. */
const BYSTANDER = 'bystander';
/** A text in each message. */
export const SECRET_TEXT = 'nightingale';
const LIMITS = [
  'MESSAGES',
  'JOINS',
  'HISTORY',
  'MEMBERSHIPS',
  'REACTIONS',
  'UPLOADS',
  'REQUESTS',
  'SEARCHES',
  'FRAMES',
];

/** A server with a room for each combination of rules, and a user for each role, all written by a plain driver. */
export async function startWorld(): Promise<World> {
  const limits = LIMITS.map((name) => [`LIMIT_${name}`, '0'] as const);
  const env = { SESSION_SECRET: SECRET, ADMINS: 'operator', SEARCH: 'true', ...Object.fromEntries(limits) };
  const app = await startTestApp({ env });
  const connection = await app.database.connect();
  const rooms = roomsOfMatrix();
  const write = (table: string, rows: object[]) =>
    r
      .table(table)
      .insert(rows as never)
      .run(connection);
  await write(
    'rooms',
    rooms.map(({ name, rules }) => ({
      ...rules,
      id: name,
      topic: `${SECRET_TEXT} topic`,
      owner: 'owner',
      archived: rules.archived === null ? null : r.now(),
    })),
  );
  await write(
    'memberships',
    rooms.flatMap(({ name }) =>
      MEMBER_ROLES.map((role) => ({
        id: [name, role],
        joined: r.now(),
        ...(role === 'moderator' && { role }),
      })),
    ),
  );
  const messages = rooms.flatMap(({ name: room }) =>
    [...ROLES, BYSTANDER].flatMap((id_user) =>
      Array.from({ length: MESSAGES_PER_USER }, (_, n) => ({
        id: messageOf(room, id_user, n),
        room,
        body: `${SECRET_TEXT} by ${id_user} for ${ROLES.map((role) => `<@${role}>`).join(' ')}`,
        author: { id_user, name: id_user },
      })),
    ),
  );
  await write('messages', messages);

  const guests = new Guests({ secret: SECRET, secure: false });
  const headersOf = (id_user: string) => ({
    authorization: `Bearer ${guests.sign({ id_user, name: id_user })}`,
  });
  const users = new Map<Role, MatrixUser>();
  for (const role of ROLES) {
    const headers = headersOf(role);
    users.set(role, { id_user: role, headers, socket: await SocketClient.open(app.url, headers) });
  }
  let newcomers = 0;
  return {
    url: app.url,
    rooms,
    user: (role) => users.get(role)!,
    newcomer: () => {
      newcomers += 1;
      return headersOf(`newcomer-${newcomers}`);
    },
    stop: async () => {
      for (const { socket } of users.values()) socket.close();
      await app.stop();
    },
  };
}
