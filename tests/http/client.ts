/** HTTP requests of the tests. */

/** A request with a JSON body. */
export function sendJson(url: string, method: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

export const post = (url: string, body: unknown, headers?: Record<string, string>) =>
  sendJson(url, 'POST', body, headers);

/** The JSON body of a response; the tests define its form. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export const jsonOf = (response: Response): Promise<any> => response.json();

/** The cookie that a response sets, as a request header. */
export function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

/** The cookie of a new guest with this name. */
export async function cookieOfGuest(url: string, name: string): Promise<string> {
  return cookieOf(await sendJson(`${url}/api/me`, 'PUT', { name }));
}
