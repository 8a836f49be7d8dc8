import type { Request, Response } from 'express';
import { isVisibleRefusal } from '../../access/rights.js';
import type { UserTable } from '../../database/tables/user-table.js';
import type { Limits } from '../../limits/limits.js';
import { ChatError } from '../../protocol/errors.js';
import { isMessageId } from '../../protocol/message.js';
import type { PresentUsers } from '../../protocol/presence.js';
import type { JoinRequests } from '../../rooms/join-requests.js';
import type { RoomDirectory } from '../../rooms/room-directory.js';
import { type PageMessages, type PageMessagesDependencies, readPageMessages } from './page-messages.js';
import { localeOf } from './reader-locale.js';
import { textOf } from './rejected-form.js';
import { roomPage } from './room-page.js';
import { editedId, type RoomPageRequest } from './room-page-request.js';
import type { ShownMessage } from './rows/shown-message.js';
import { shownMessages } from './rows/shown-messages.js';
import { sidePanel } from './side-panel.js';
import { inLocale } from './texts/text.js';

export interface RoomPageLoaderDependencies extends PageMessagesDependencies {
  directory: RoomDirectory;
  limits: Pick<Limits, 'heavyWork' | 'history'>;
  joinRequests: Pick<JoinRequests, 'has'>;
  users: UserTable;
}

/** Codes that the address of a page may name after a form: notices about a command. */
const NOTICES = ['bots-unavailable', 'no-such-command'] as const;
const NO_USERS: PresentUsers = { users: [], partial: false };

/** Renders the page of a room; for users who may not enter it, a page with a button to join. */
export class RoomPageLoader {
  readonly #dependencies: RoomPageLoaderDependencies;

  constructor(dependencies: RoomPageLoaderDependencies) {
    this.#dependencies = dependencies;
  }

  async show(req: Request, res: Response, shown: RoomPageRequest): Promise<void> {
    const { room, user, rejected } = shown;
    const isUnavailable = rejected?.error.code === 'database-unavailable';
    try {
      const [found, rooms, present] = await Promise.all([
        readPageMessages(req, shown, this.#dependencies),
        isUnavailable ? [] : this.list(user.id_user),
        isUnavailable ? NO_USERS : this.#present(room, user.id_user),
      ]);
      const { unavailable } = found;
      const error = rejected?.error ?? unavailable;
      if (error?.details.retryAfterMs)
        res.set('Retry-After', `${Math.ceil(error.details.retryAfterMs / 1000)}`);
      const unreadSince =
        unavailable || isUnavailable
          ? null
          : await this.#dependencies.directory.unreadSince(room, user.id_user);
      const replyingTo = await this.#original(req, shown, found);
      await this.#dependencies.limits.heavyWork.run(req.ip, () => {
        const page = inLocale(localeOf(req, res), () =>
          roomPage({
            ...shown,
            rooms,
            ...found,
            replyingTo,
            unreadSince,
            present,
            notice: NOTICES.find((code) => code === req.query.notice),
            editing: editedId(req, shown),
          }),
        );
        this.#respond(res, error?.status ?? (found.isTargetUnknown ? 404 : 200)).render('room', page);
      });
    } catch (thrown) {
      if (!isVisibleRefusal(thrown)) throw thrown;
      await this.refuse(req, res, shown);
    }
  }

  /** The message to which the form of the page replies, without JavaScript. */
  async #original(
    req: Request,
    { room, user, rejected }: RoomPageRequest,
    { messages, names, unavailable }: PageMessages,
  ): Promise<ShownMessage | null> {
    const id = rejected?.replyTo ?? textOf(req.query.reply) ?? '';
    if (unavailable || !isMessageId(id)) return null;
    const { rooms, users } = this.#dependencies;
    const message =
      messages.find((one) => one.id === id) ?? (await (await rooms.reader(room, user.id_user)).get(room, id));
    if (!message) return null;
    const [shown] = shownMessages([message], { ...names, ...(await users.namesFor([message])) }, {});
    return shown ?? null;
  }

  /** The page of a room that the user may not enter shows only its name. */
  async refuse(req: Request, res: Response, shown: RoomPageRequest): Promise<void> {
    const { room, user } = shown;
    const { directory, joinRequests } = this.#dependencies;
    const [rooms, entry, hasAsked] = await Promise.all([
      this.list(user.id_user),
      directory.info(room, user.id_user),
      joinRequests.has(room, user.id_user),
    ]);
    const page = inLocale(localeOf(req, res), () => ({ ...sidePanel({ ...shown, rooms }), entry, hasAsked }));
    this.#respond(res, 403).render('members-only', page);
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
