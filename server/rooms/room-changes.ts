import type { AnnotatedMessage } from '../database/tables/annotations/annotation-table.js';
import type { NewMessage } from '../database/tables/message-inserts.js';
import type { NamedFile } from '../protocol/file.js';
import type { MessageFile } from '../protocol/message.js';

export interface PostedMessage extends Omit<NewMessage, 'files' | 'author'> {
  author: NewMessage['author'] & { id_user: string };
  /** Uploaded files. */
  files?: readonly NamedFile[];
}

/** Uploaded files, see FileService. */
export interface MessageFiles {
  forMessage(
    named: readonly NamedFile[],
    of: { room: string; id_user: string; message: string },
  ): Promise<MessageFile[]>;
}

export interface ReactionChange extends AnnotatedMessage {
  by: { id_user: string; name: string };
  emoji: string;
  isAdded: boolean;
}

export interface PinChange extends AnnotatedMessage {
  by: { id_user: string };
  isPinned: boolean;
}
