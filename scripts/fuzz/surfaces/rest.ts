import { Agent, request } from 'node:http';
import type { Random } from '../random.js';
import { answered, Finding, type Surface } from '../surface.js';
import type { Target } from '../target.js';

const BATCH = 64;
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

const OPERATIONS: [method: string, path: string, fields: string[]][] = [
  ['GET', '/api/rooms', ['after', 'limit']],
  ['POST', '/api/rooms', ['name', 'topic', 'access']],
  ['GET', '/api/rooms/:', []],
  ['POST', '/api/rooms/:/join', []],
  ['POST', '/api/rooms/:/leave', []],
  ['PUT', '/api/rooms/:/read', ['sent', 'id']],
  ['GET', '/api/rooms/:/members', ['after', 'limit']],
  ['GET', '/api/rooms/:/users', []],
  ['GET', '/:/users', []],
  ['GET', '/api/rooms/:/messages', ['before', 'after', 'limit']],
  ['POST', '/api/rooms/:/messages', ['body', 'id']],
  ['GET', '/api/rooms/:/messages/:', []],
  ['PATCH', '/api/rooms/:/messages/:', ['body']],
  ['DELETE', '/api/rooms/:/messages/:', []],
  ['GET', '/api/me', []],
  ['PUT', '/api/me', ['name']],
  ['GET', '/api/users', ['id']],
  ['GET', '/api/users/:', []],
  ['GET', '/api/bots', []],
  ['GET', '/api/presence/summary', []],
  ['POST', '/api/presence/flush', []],
  ['GET', '/r/:', ['before', 'still', 'edit', 'notice', 'room']],
  ['POST', '/r/:', ['action', 'id', 'body']],
  ['POST', '/r/:/join', []],
  ['GET', '/ui/:', ['id_user']],
  ['POST', '/name', ['name', 'room']],
  ['POST', '/rooms', ['name', 'topic', 'access']],
];
const TYPES = ['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'application/xml', ''];

interface Call {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

function callOf(random: Random, cookie: string): Call {
  const [method, template, fields] = random.pick(OPERATIONS);
  const segment = () => (random.chance(0.5) ? 'fuzz' : random.segment()) || '%20';
  const path = template.replaceAll(':', segment);
  const given = fields.filter(() => random.chance(0.8)).map((name) => [name, random.json(1)] as const);
  const type = random.pick(TYPES);
  const headers = {
    ...(random.chance(0.8) && { cookie }),
    ...(random.chance(0.1) && {
      authorization: `Bearer ${random.segment()}`,
    }),
    ...(random.chance(0.3) && { accept: random.pick(['text/html', 'application/json', 'image/png']) }),
    ...(type && method !== 'GET' && { 'content-type': type }),
  };
  const query = new URLSearchParams(
    given.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  if (method === 'GET' || method === 'DELETE')
    return { method, path: query ? `${path}?${query}` : path, headers, body: '' };
  const json = JSON.stringify(random.chance(0.9) ? Object.fromEntries(given) : random.json());
  const text = type === 'application/json' ? json : query;
  return {
    method,
    path,
    headers,
    body: random.chance(0.1) ? text.slice(0, random.below(text.length + 1)) : text,
  };
}

/** REST operations, pages and forms with malformed fields, cookies and tokens. */
export const rest: Surface = {
  name: 'REST, pages and forms',
  async attack(random, target) {
    const cookie = await guestCookie(target);
    const calls = Array.from({ length: BATCH }, () => callOf(random, cookie));
    await Promise.all(calls.map((call) => answered(perform(target, call), JSON.stringify(call))));
    return BATCH;
  },
};

const cookies = new WeakMap<Target, string>();

async function guestCookie(target: Target): Promise<string> {
  const known = cookies.get(target);
  if (known !== undefined) return known;
  const answer = await fetch(`${target.url}/api/me`);
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  cookies.set(target, cookie);
  return cookie;
}

function perform(target: Target, call: Call): Promise<void> {
  const { method, path, headers, body } = call;
  return new Promise((resolve, reject) => {
    const fail = (message: string) => reject(new Finding(message, JSON.stringify(call)));
    const outgoing = request(
      { host: '127.0.0.1', port: target.port, agent, method, path, headers },
      (answer) => {
        const { statusCode: status = 0 } = answer;
        const type = answer.headers['content-type'] ?? '';
        if (status >= 500) fail(`status ${status}`);
        else if (
          path.startsWith('/api/') &&
          status >= 400 &&
          status !== 431 &&
          !type.includes('problem+json')
        )
          fail(`status ${status} as ${type}`);
        answer.resume().on('end', resolve);
      },
    );
    outgoing.on('error', (error) => {
      // The server may close an idle connection while it is being reused.
      if (outgoing.reusedSocket) perform(target, call).then(resolve, reject);
      else fail(error.message);
    });
    outgoing.end(body);
  });
}
