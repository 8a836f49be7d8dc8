/**
 * A login page of your own with an accounts service, in one file without dependencies (docs/sign-in.md).
 *
 *     CHAT_ORIGIN=http://127.0.0.1:5000 PORT=5050 node docs/examples/login-page.mjs
 *     AUTH=accounts AUTH_SERVER=http://localhost:5050/me LOGIN_URL=http://localhost:5050/login npm start
 *
 * It accepts every name; a real page checks a password.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

/** Origins of the chat. Without this check, a forged address would send the user's token to another site. */
const chatOrigins = (process.env.CHAT_ORIGIN ?? 'http://127.0.0.1:5000').split(',');
const LIFETIME_SECONDS = 8 * 60 * 60;

/** Accounts by token. */
const accounts = new Map();

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (request.method === 'GET' && pathname === '/me') return sendAccount(request, response);
  if (request.method === 'DELETE' && pathname === '/me') return withdraw(request, response);
  if (pathname !== '/login') return send(response, 404, 'Not found');
  if (request.method === 'GET') return sendForm(response, searchParams);
  const fields = new URLSearchParams(await bodyOf(request));
  const name = fields.get('name')?.trim();
  if (!name) return sendForm(response, fields);
  sendToken(response, name, fields.get('callback'), fields.get('state'));
});

/** The accounts service: the account of a bearer token. */
function sendAccount({ headers }, response) {
  const account = accounts.get(headers.authorization?.replace(/^Bearer /, ''));
  const isValid = account !== undefined && account.exp > Date.now() / 1000;
  response.writeHead(isValid ? 200 : 401, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(isValid ? account : { error: 'unknown token' }));
}

/** Ends the session of a token, in the chat too: it asks for the account of an open session again every few minutes. */
function withdraw({ headers }, response) {
  accounts.delete(headers.authorization?.replace(/^Bearer /, ''));
  response.writeHead(204).end();
}

function sendForm(response, query) {
  const kept = ['callback', 'state'].map((name) => hidden(name, query.get(name) ?? ''));
  const form = `<label>Name <input name="name" autofocus></label> <button>Log in</button>`;
  send(response, 200, `<form method="post" action="/login">${kept.join('')}${form}</form>`);
}

/** Sends the token and the state to the chat by a form, which needs no common domain and leaves no token in an address. */
function sendToken(response, name, callback, state) {
  if (!URL.canParse(callback) || !chatOrigins.includes(new URL(callback).origin))
    return send(response, 400, 'This is not an address of the chat.');
  const token = randomBytes(32).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS;
  accounts.set(token, { id_user: name.toLowerCase().replaceAll(/\s+/g, '-'), name, exp });
  const fields = hidden('token', token) + hidden('state', state ?? '');
  send(
    response,
    200,
    `<form method="post" action="${escapeHtml(callback)}">${fields}<button>Continue to the chat</button></form>
     <script>document.forms[0].submit()</script>`,
  );
}

function send(response, status, html) {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`<!doctype html><title>Log in</title>${html}`);
}

const hidden = (name, value) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
const escapeHtml = (text) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

async function bodyOf(request) {
  let body = '';
  for await (const chunk of request) if (body.length < 10_000) body += chunk;
  return body;
}

server.listen(Number(process.env.PORT ?? 5050), 'localhost', () => {
  console.log(`Login page at http://localhost:${server.address().port}/login`);
});
