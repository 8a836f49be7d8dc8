import type { Request, Response } from 'express';
import type { Identity } from '../../auth/guest.js';
import type { Visitors } from '../visitors.js';
import { applySettings } from './reader-locale.js';

/** The visitor of a page. */
export interface PageVisitor {
  user: Identity;
  /** On playground pages, the id of the playground user and its signed identity; null on other pages. */
  as: string | null;
  signed: string | null;
  /** The account determines the name. */
  isNameGiven: boolean;
}

/**
 * Authenticates the request for a page, or a form of one, and applies the settings of the user to the response. `byAddress`: `?id_user=` selects a playground user, so that
 * each tab of a browser can be a different user.
 * @throws ChatError as Visitors does
 */
export async function pageVisitor(
  visitors: Visitors,
  req: Request,
  res: Response,
  byAddress: boolean,
): Promise<PageVisitor> {
  const isNameGiven = visitors.areNamesGiven;
  const visitor = byAddress
    ? await playgroundVisitor(visitors, req)
    : { user: await visitors.visitor(req, res), as: null, signed: null };
  applySettings(req, res, await visitors.settings(visitor.user.id_user));
  return { ...visitor, isNameGiven };
}

async function playgroundVisitor(
  visitors: Visitors,
  req: Request,
): Promise<Omit<PageVisitor, 'isNameGiven'>> {
  const { signed, ...user } = await visitors.playground(req.query.id_user);
  return { user, as: user.id_user, signed };
}
