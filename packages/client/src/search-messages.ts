import type { ChatClient } from './chat-client.js';
import type { ServerFrame } from './frames.js';

/**
 * Searches the messages of all rooms that the user can read, newest first.
 * @param q words, `"phrases"`, and operators such as `from:ada in:lobby before:2025-01-31 has:link`
 * @param options `before`: `next` of the page before
 * @throws RequestError such as `bad-query`; ConnectionError
 */
export async function searchMessages(
  client: Pick<ChatClient, 'request'>,
  q: string,
  options: { before?: string | null; limit?: number } = {},
): Promise<Pick<ServerFrame<'searchResults'>, 'results' | 'next' | 'indexed' | 'names'>> {
  const answer = await client.request({ type: 'search', q, ...options });
  if (answer.type !== 'searchResults') throw new TypeError(`The server answered with ${answer.type}`);
  return answer;
}
