/** Frames of searches and live views. */
import { z } from 'zod';
import { indexed, messageId, roomName, searchResult, viewMessage } from './entities.js';
import { isLive, names, ref } from './frame-fields.js';

const view = z.string().describe('The name that the client has given to the view');

/** Frames of a live view, over sockets and as server-sent events. */
const viewFrames = {
  viewOpened: z
    .object({
      type: z.literal('viewOpened'),
      ref,
      view,
      q: z.string(),
      results: z.array(viewMessage).describe('The newest messages that match, newest first'),
      indexed,
      live: isLive,
      names,
    })
    .describe('Answers `openView`.'),
  viewMessage: z
    .object({ type: z.literal('viewMessage'), view, ...viewMessage.shape, names })
    .describe('A message that matches was written, or changed: an upsert by id.'),
  viewRemoved: z
    .object({ type: z.literal('viewRemoved'), view, room: roomName, id: messageId })
    .describe(
      'The message was deleted or edited so that it does not match, the user may not read it any more, or newer messages ' +
        'have taken its place.',
    ),
  viewState: z
    .object({ type: z.literal('viewState'), view, live: isLive })
    .describe(
      'The changefeed is interrupted (`live: false`) or runs again; then the view is complete again.',
    ),
} as const;
export type ViewFrame = z.infer<(typeof viewFrames)[keyof typeof viewFrames]>;

export const searchFrames = {
  searchResults: z
    .object({
      type: z.literal('searchResults'),
      ref,
      q: z.string(),
      results: z.array(searchResult).describe('Newest first'),
      next: z.string().nullable().describe('The `before` of the next page; null on the last page'),
      indexed,
      names,
    })
    .describe('Answers `search`.'),
  ...viewFrames,
} as const;
