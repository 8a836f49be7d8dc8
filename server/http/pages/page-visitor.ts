import type { Request, Response } from 'express';
import type { Identity } from '../../auth/guest.js';
import type { Visitors } from '../visitors.js';

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
 * Authenticates the request for a page, or a form of one. `byAddress`: `?id_user=` selects a playground user, so that
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
  if (!byAddress) return { user: await visitors.visitor(req, res), as: null, signed: null, isNameGiven };
  const { signed, ...user } = await visitors.playground(req.query.id_user);
  return { user, as: user.id_user, signed, isNameGiven };
}
