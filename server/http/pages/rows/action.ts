import type { Kind, Message } from '../../../protocol/message.js';

/** `/me waves`, the notation of IRC for a sentence that begins with the name of its author. */
const ME = /^\/me\s+(?=\S)/iu;

type Text = Pick<Message, 'body' | 'kind'>;

/** The kind as which a message is shown. */
export function kindOf({ body, kind }: Text): Kind {
  return kind === 'message' && ME.test(body) ? 'action' : kind;
}

/** The text that a message shows. */
export function textOf({ body, kind }: Text): string {
  return kind === 'message' ? body.replace(ME, '') : body;
}
