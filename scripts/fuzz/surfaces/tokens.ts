import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Random } from '../random.js';
import { answered, Finding, type Surface } from '../surface.js';

const BATCH = 32;

/** Starts an accounts service with malformed answers. */
export async function startHostileAccounts(seed: number): Promise<{ url: string; server: Server }> {
  const random = new Random(seed);
  const server = createServer((_request, response) => {
    if (random.chance(0.05)) return void response.destroy();
    const status = random.pick([200, 200, 200, 401, 403, 404, 500, 302]);
    response.writeHead(status, { 'content-type': 'application/json', location: '/' });
    response.end(random.chance(0.8) ? JSON.stringify({ ...accountOf(random) }) : random.bytes(200));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

const accountOf = (random: Random) => ({
  id_user: random.chance(0.5) ? 'fuzz' : random.json(1),
  name: random.json(1),
  exp: random.json(1),
});

/** Tokens in headers and cookies, for a server with AUTH=accounts. */
export const tokens: Surface = {
  name: 'tokens and accounts',
  async attack(random, { url }) {
    const requests = Array.from({ length: BATCH }, () => {
      const token = random.chance(0.8)
        ? `token-${random.below(1000)}`
        : random.text().replace(/[^\x20-\x7e]/g, '?');
      const headers: Record<string, string> = random.chance(0.5)
        ? { authorization: `Bearer ${token}` }
        : { cookie: `changeroom_token=${encodeURIComponent(token)}` };
      const path = random.pick(['/api/me', '/', '/api/rooms', '/r/fuzz', '/api/rooms/fuzz/messages']);
      return { path, headers };
    });
    await Promise.all(
      requests.map(async ({ path, headers }) => {
        const input = JSON.stringify({ path, headers });
        const answer = await answered(fetch(url + path, { headers }), input);
        await answer.arrayBuffer();
        // 503: the answer of the accounts service was not valid.
        if (answer.status >= 500 && answer.status !== 503)
          throw new Finding(`status ${answer.status}`, input);
      }),
    );
    return BATCH;
  },
};
