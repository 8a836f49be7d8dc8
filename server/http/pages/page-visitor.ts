import type { Request, Response } from 'express';
import type { Identity } from '../../auth/guest.js';
import type { Visitors } from '../visitors.js';

/** Who looks at a page. */
export interface PageVisitor {
  user: Identity;
  /** Id of the user who the page is by its address, and the identity signed; null for everybody else. */
  as: string | null;
  signed: string | null;
  /** The visitor cannot choose a name. */
  isNameGiven: boolean;
}

/**
 * Who asks for a page, or sends a form of one. `byAddress`: the visitor is the playground user whom `?id_user=` names,
 * so that each tab of a browser can be somebody else.
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
