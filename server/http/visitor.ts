import type { Request, Response } from 'express';
import type { Guests, Identity } from '../auth/guest.js';

/** Who sends this request. Whoever comes without a (valid) cookie becomes a new guest and gets one. */
export function visitor(guests: Guests, req: Request, res: Response): Identity {
  return guests.identify(req.headers.cookie) ?? introduce(guests, req, res, guests.newGuest());
}

/** Whose rights count for a request that only reads: nobody becomes a guest by it. */
export function reader(guests: Guests, req: Request): string {
  return guests.identify(req.headers.cookie)?.id_user ?? '';
}

/** Makes the sender of this request `identity` from now on. @throws ChatError `bad-name` */
export function introduce(guests: Guests, req: Request, res: Response, identity: Identity): Identity {
  res.append('Set-Cookie', guests.issue(identity, req.secure));
  return identity;
}
