import type { Request } from 'express';
import type { PageVisitor } from './page-visitor.js';
import { type RejectedForm, textOf } from './rejected-form.js';

/** A request for the page of a room, or for its log. */
export interface RoomPageRequest extends PageVisitor {
  room: string;
  rejected?: RejectedForm;
}

/** Id of the message whose form the page shows: its change was refused, or the address names it. */
export function editedId(req: Request, { rejected }: RoomPageRequest): string | undefined {
  return rejected?.action === 'edit' ? rejected.id : textOf(req.query.edit);
}
