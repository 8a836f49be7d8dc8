import type { Request, Response } from 'express';
import type { Limits } from '../../limits/limits.js';
import { ChatError } from '../../protocol/errors.js';
import { allowOwnFrames } from '../middleware/security-headers.js';
import { logPage } from './log-page.js';
import {
  NO_MESSAGES,
  type PageMessages,
  type PageMessagesDependencies,
  readPageMessages,
} from './page-messages.js';
import { localeOf } from './reader-locale.js';
import { editedId, type RoomPageRequest } from './room-page-request.js';
import { roomPath } from './rows/room-path.js';
import { inLocale } from './texts/text.js';

export interface LogPageLoaderDependencies extends PageMessagesDependencies {
  limits: Pick<Limits, 'heavyWork' | 'history'>;
}

/** Renders the log of a room, `?log` of its page: for readers without JavaScript, in a frame that refreshes itself. */
export class LogPageLoader {
  readonly #dependencies: LogPageLoaderDependencies;

  constructor(dependencies: LogPageLoaderDependencies) {
    this.#dependencies = dependencies;
  }

  async show(req: Request, res: Response, shown: RoomPageRequest): Promise<void> {
    allowOwnFrames(req, res);
    const { limits } = this.#dependencies;
    const found = await this.#read(req, shown);
    const error = shown.rejected?.error ?? found.unavailable;
    await limits.heavyWork.run(req.ip, () => {
      const page = inLocale(localeOf(req, res), () =>
        logPage({
          ...shown,
          path: roomPath(shown.room, shown.as),
          ...found,
          isStill: req.query.still !== undefined,
          editing: editedId(req, shown),
        }),
      );
      res
        .status(error?.status ?? 200)
        .set('Cache-Control', 'private, no-cache')
        .render('log', page);
    });
  }

  /** The frame also shows an error that would end the page, and tries again. */
  async #read(req: Request, shown: RoomPageRequest): Promise<PageMessages> {
    try {
      return await readPageMessages(req, shown, this.#dependencies);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      return { ...NO_MESSAGES, unavailable: error };
    }
  }
}
