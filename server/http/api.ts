import { type RequestHandler, Router } from 'express';
import { errorListRouter } from './error-list.js';
import { type EventsParts, eventsRouter } from './events.js';
import { meRouter } from './me.js';
import { notFound } from './problems.js';
import { type RoomMessagesParts, roomMessagesRouter } from './room-messages.js';
import { sameOrigin } from './same-origin.js';

export type ApiParts = RoomMessagesParts & EventsParts;

/** Everything under `/api`, for programs; docs/api.md describes it. Errors are left to `problemHandler`. */
export function apiRouter(parts: ApiParts): Router {
  return Router().use(
    asDeclared,
    sameOrigin,
    meRouter(parts.visitors),
    roomMessagesRouter(parts),
    eventsRouter(parts),
    errorListRouter(),
    notFound,
  );
}

/** What users wrote is never taken for anything but what `Content-Type` says. */
const asDeclared: RequestHandler = (_req, res, next) => {
  res.set('X-Content-Type-Options', 'nosniff');
  next();
};
