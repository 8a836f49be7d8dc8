import { comparePositions, type Message, type Position, requestApi } from 'changeroom-client';
import { mentionedUsers } from '../../../server/protocol/mentions.js';

/** Messages that are read for one notification, at most. */
const MAX_READ = 20;

/** The newest messages of another room of the user, which the page does not have. @throws ConnectionError, RequestError */
export async function readNewest(room: string, count: number, newest: Position): Promise<Message[]> {
  const limit = Math.min(count + 2, MAX_READ);
  const url = `/api/rooms/${encodeURIComponent(room)}/messages?limit=${limit}`;
  const { messages } = (await requestApi<{ messages: Message[] }>({ method: 'GET', url })).answer;
  return messages.filter((message) => comparePositions(message, newest) <= 0).slice(-count);
}

/** Current names of the users that a body mentions, by id. None of them while the server cannot be reached. */
export async function namesIn(body: string): Promise<Record<string, string>> {
  const ids = mentionedUsers(body);
  if (ids.length === 0) return {};
  const url = `/api/users?${new URLSearchParams(ids.map((id) => ['id', id]))}`;
  try {
    const { answer } = await requestApi<{ id_user: string; name: string }[]>({ method: 'GET', url });
    return Object.fromEntries(answer.map(({ id_user, name }) => [id_user, name]));
  } catch {
    return {};
  }
}
