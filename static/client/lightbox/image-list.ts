import type { Message, MessageFile } from 'changeroom-client';
import { fileAddress } from '../../../server/http/pages/rows/file-view.js';
import { isInline } from '../../../server/protocol/inline-image.js';

/** An image of a message. */
export interface LoggedImage {
  file: MessageFile;
  /** Of the whole image. */
  address: string;
  message: Message;
}

/** The images of messages, in their order. @param as id of the playground user whose rights apply */
export function imagesOf(messages: readonly Message[], as: string | null): LoggedImage[] {
  return messages.flatMap((message) =>
    (message.files ?? [])
      .filter(isInline)
      .map((file) => ({ file, message, address: fileAddress(message.room, file.id, '', as) })),
  );
}
