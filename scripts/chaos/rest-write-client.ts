import type { ErrorCode } from '../../server/protocol/errors.js';
import { outcomeOf, type Write, type WriteClient } from './write-client.js';

const ANSWER_TIMEOUT_MS = 20_000;
const METHODS = { create: 'POST', edit: 'PATCH', delete: 'DELETE' } as const;

/** Writes with the REST API, as the guest of a cookie. */
export function restWriteClient(name: string, url: string, cookie: string): WriteClient {
  return {
    name,
    canChange: true,
    close: async () => {},
    send: async (write) => {
      let response: Response;
      try {
        response = await request(url, cookie, write);
        if (response.ok) {
          await response.text();
          return 'acknowledged';
        }
      } catch {
        return 'retry'; // The server is down or does not answer.
      }
      const problem = (await response.json().catch(() => ({}))) as { code?: ErrorCode };
      // An earlier attempt deleted the message, and its answer was lost.
      if (write.kind === 'delete' && problem.code === 'no-such-message') return 'acknowledged';
      const outcome = outcomeOf(problem.code);
      if (outcome) return outcome;
      throw new Error(`${response.status} ${problem.code}`);
    },
  };
}

function request(url: string, cookie: string, write: Write): Promise<Response> {
  const messages = `${url}/api/rooms/${encodeURIComponent(write.room)}/messages`;
  return fetch(write.kind === 'create' ? messages : `${messages}/${write.id}`, {
    method: METHODS[write.kind],
    headers: { cookie, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    ...(write.kind !== 'delete' && { body: JSON.stringify(fieldsOf(write)) }),
  });
}

function fieldsOf({ kind, id, body }: Exclude<Write, { kind: 'delete' }>): { id?: string; body: string } {
  return kind === 'create' ? { id, body } : { body };
}

/** Requests a page without a cookie. @returns the cookie of the guest that the server creates */
export async function guestCookie(url: string): Promise<string> {
  const response = await fetch(`${url}/`);
  await response.text();
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
  if (!cookie) throw new Error(`${url} set no cookie`);
  return cookie;
}
