import type { Request, Response } from 'express';
import type { UserTable } from '../../database/tables/user-table.js';
import type { Limits } from '../../limits/limits.js';
import { ChatError } from '../../protocol/errors.js';
import type { Message } from '../../protocol/message.js';
import type { PresentUsers } from '../../protocol/presence.js';
import type { RoomDirectory } from '../../rooms/room-directory.js';
import type { RoomService } from '../../rooms/room-service.js';
import { decodeCursor } from '../api/schemas/cursor.js';
import type { PageVisitor } from './page-visitor.js';
import { type RejectedForm, textOf } from './rejected-form.js';
import { roomPage } from './room-page.js';
import { sidePanel } from './side-panel.js';

export interface RoomPageLoaderDependencies {
  directory: RoomDirectory;
  limits: Pick<Limits, 'heavyWork' | 'history'>;
  rooms: Pick<RoomService, 'snapshot' | 'reader'>;
  users: UserTable;
}

export interface RoomPageRequest extends PageVisitor {
  room: string;
  rejected?: RejectedForm;
}

interface ReadResult {
  messages: readonly Message[];
  hasOlder: boolean;
  /** Why the messages cannot be read. */
  unavailable?: ChatError;
}

/** Codes that the address of a page may name after a form: notices about a command. */
const NOTICES = ['bots-unavailable', 'no-such-command'] as const;
const MESSAGES_PER_PAGE = 100;
const NO_USERS: PresentUsers = { users: [], partial: false };

/** Renders the page of a room; for users who may not enter it, a page with a button to join. */
export class RoomPageLoader {
  readonly #dependencies: RoomPageLoaderDependencies;

  constructor(dependencies: RoomPageLoaderDependencies) {
    this.#dependencies = dependencies;
  }

  async show(req: Request, res: Response, shown: RoomPageRequest): Promise<void> {
    const { room, user, rejected } = shown;
    const cursor = req.query.before;
    // If the form has just failed because of the database, do not wait for it again.
    const isUnavailable = rejected?.error.code === 'database-unavailable';
    try {
      const [{ messages, hasOlder, unavailable }, rooms, present] = await Promise.all([
        isUnavailable
          ? emptyWhileUnavailable(rejected.error)
          : this.#read(room, cursor, user.id_user, req.ip),
        isUnavailable ? [] : this.list(user.id_user),
        isUnavailable ? NO_USERS : this.#present(room, user.id_user),
      ]);
      const error = rejected?.error ?? unavailable;
      if (error?.details.retryAfterMs)
        res.set('Retry-After', `${Math.ceil(error.details.retryAfterMs / 1000)}`);
      const [names, unreadSince] = await Promise.all([
        this.#dependencies.users.namesFor(messages),
        unavailable || isUnavailable ? null : this.#dependencies.directory.unreadSince(room, user.id_user),
      ]);
      await this.#dependencies.limits.heavyWork.run(req.ip, () => {
        const page = roomPage({
          ...shown,
          rooms,
          messages,
          names,
          hasOlder,
          unreadSince,
          present,
          unavailable,
          isHistory: cursor !== undefined,
          isStill: req.query.still !== undefined,
          notice: NOTICES.find((code) => code === req.query.notice),
          editing: rejected?.action === 'edit' ? rejected.id : textOf(req.query.edit),
        });
        this.#respond(res, error?.status ?? 200).render('room', page);
      });
    } catch (thrown) {
      if (!(thrown instanceof ChatError) || thrown.code !== 'not-a-member') throw thrown;
      await this.refuse(res, shown);
    }
  }

  /** The page of a room that the user may not enter shows only its name. */
  async refuse(res: Response, shown: RoomPageRequest): Promise<void> {
    const rooms = await this.list(shown.user.id_user);
    this.#respond(res, 403).render('members-only', sidePanel({ ...shown, rooms }));
  }

  /** The list of rooms; empty while the database is unavailable. */
  async list(id_user: string) {
    try {
      return (await this.#dependencies.directory.list(id_user)).rooms;
    } catch (error) {
      if (error instanceof ChatError && error.code === 'database-unavailable') return [];
      throw error;
    }
  }

  async #read(
    room: string,
    cursor: unknown,
    id_user: string,
    address: string | undefined,
  ): Promise<ReadResult> {
    const { limits, rooms } = this.#dependencies;
    try {
      if (cursor === undefined) return await rooms.snapshot(room, id_user);
      const position = decodeCursor(cursor, 'before');
      await limits.history(id_user, address);
      return await (await rooms.reader(room, id_user)).before(room, position, MESSAGES_PER_PAGE);
    } catch (error) {
      return emptyWhileUnavailable(error);
    }
  }

  async #present(room: string, id_user: string): Promise<PresentUsers> {
    try {
      return await this.#dependencies.directory.present(room, id_user);
    } catch (error) {
      if (error instanceof ChatError && error.code === 'database-unavailable') return NO_USERS;
      throw error;
    }
  }

  #respond(res: Response, status: number): Response {
    return res.status(status).set('Cache-Control', 'private, no-cache');
  }
}

/** While the database is unavailable, the page is shown without messages. Other errors are thrown, for the error page. */
function emptyWhileUnavailable(error: unknown): ReadResult {
  if (!(error instanceof ChatError) || error.code !== 'database-unavailable') throw error;
  return { messages: [], hasOlder: false, unavailable: error };
}
