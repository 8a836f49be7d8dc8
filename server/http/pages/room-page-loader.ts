import type { Request, Response } from 'express';
import type { UserTable } from '../../database/tables/user-table.js';
import type { Limits } from '../../limits/limits.js';
import { ChatError, ERRORS } from '../../protocol/errors.js';
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
  limits: Pick<Limits, 'heavyWork'>;
  rooms: Pick<RoomService, 'snapshot' | 'reader'>;
  users: UserTable;
}

export interface Shown extends PageVisitor {
  room: string;
  rejected?: RejectedForm;
}

interface Read {
  messages: readonly Message[];
  hasOlder: boolean;
  /** Why there is nothing to read. */
  away?: ChatError;
}

/** Messages on a page of history. */
const PAGE = 100;
const NOBODY: PresentUsers = { users: [], partial: false };

/** Renders the page of a room; to who may not enter it, one that says how to. */
export class RoomPageLoader {
  readonly #parts: RoomPageLoaderDependencies;

  constructor(parts: RoomPageLoaderDependencies) {
    this.#parts = parts;
  }

  async show(req: Request, res: Response, shown: Shown): Promise<void> {
    const { room, user, rejected } = shown;
    const cursor = req.query.before;
    // A database that has just been waited for in vain is not waited for again.
    const isAway = rejected?.error.code === 'database-unavailable';
    try {
      const [{ messages, hasOlder, away }, rooms, present] = await Promise.all([
        isAway ? nothingWhileAway(rejected.error) : this.#read(room, cursor, user.id_user),
        isAway ? [] : this.list(user.id_user),
        isAway ? NOBODY : this.#present(room, user.id_user),
      ]);
      const error = rejected?.error ?? away;
      if (error?.details.retryAfterMs)
        res.set('Retry-After', `${Math.ceil(error.details.retryAfterMs / 1000)}`);
      const [names, unreadSince] = await Promise.all([
        this.#parts.users.namesFor(messages),
        away || isAway ? null : this.#parts.directory.unreadSince(room, user.id_user),
      ]);
      await this.#parts.limits.heavyWork.run(req.ip, () => {
        const page = roomPage({
          ...shown,
          rooms,
          messages,
          names,
          hasOlder,
          unreadSince,
          present,
          away,
          isHistory: cursor !== undefined,
          isStill: req.query.still !== undefined,
          notice: req.query.notice === 'bots-unavailable' ? ERRORS['bots-unavailable'].title : undefined,
          editing: rejected?.action === 'edit' ? rejected.id : textOf(req.query.edit),
        });
        this.#answer(res, error?.status ?? 200).render('room', page);
      });
    } catch (thrown) {
      if (!(thrown instanceof ChatError) || thrown.code !== 'not-a-member') throw thrown;
      await this.refuse(res, shown);
    }
  }

  /** Nothing of the room but its name. */
  async refuse(res: Response, shown: Shown): Promise<void> {
    const rooms = await this.list(shown.user.id_user);
    this.#answer(res, 403).render('members-only', sidePanel({ ...shown, rooms }));
  }

  /** The list of rooms; none while the database is away. */
  async list(id_user: string) {
    try {
      return (await this.#parts.directory.list(id_user)).rooms;
    } catch (error) {
      if (error instanceof ChatError && error.code === 'database-unavailable') return [];
      throw error;
    }
  }

  async #read(room: string, cursor: unknown, id_user: string): Promise<Read> {
    const { rooms } = this.#parts;
    try {
      if (cursor === undefined) return await rooms.snapshot(room, id_user);
      return await (await rooms.reader(room, id_user)).before(room, decodeCursor(cursor, 'before'), PAGE);
    } catch (error) {
      return nothingWhileAway(error);
    }
  }

  async #present(room: string, id_user: string): Promise<PresentUsers> {
    try {
      return await this.#parts.directory.present(room, id_user);
    } catch (error) {
      if (error instanceof ChatError && error.code === 'database-unavailable') return NOBODY;
      throw error;
    }
  }

  #answer(res: Response, status: number): Response {
    return res.status(status).set('Cache-Control', 'private, no-cache');
  }
}

/** A page can be shown without messages; anything but the database's absence is for the error page. */
function nothingWhileAway(error: unknown): Read {
  if (!(error instanceof ChatError) || error.code !== 'database-unavailable') throw error;
  return { messages: [], hasOlder: false, away: error };
}
