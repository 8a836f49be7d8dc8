/**
 * A page on another origin whose users sign in at the identity provider (docs/sign-in.md): authorization code with PKCE by
 * openid-client, then the chat by changeroom-client with the access token. The chat needs the page's origin in
 * ALLOWED_ORIGINS, and AUTH_AUDIENCE; the provider must allow requests of the page (CORS) and its redirect URI.
 *
 *     esbuild docs/examples/front-end.ts --bundle --format=esm --outfile=front-end.js
 *     <body data-chat="https://chat.example" data-issuer="https://id.example" data-client="…" data-audience="…">
 */
import { type Author, ChatClient } from 'changeroom-client';
import * as oidc from 'openid-client';

const { chat = '', issuer = '', client: clientId = '', audience: resource = '' } = document.body.dataset;
const redirectUri = `${location.origin}/`;
/** Milliseconds before the expiry of a token at which it is replaced. */
const RENEW_BEFORE_MS = 30_000;

const provider = new URL(issuer);
const execute = provider.protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
const config = await oidc.discovery(provider, clientId, undefined, oidc.None(), { execute });

/** Leads to the provider, which returns to this page with a code. */
async function signIn(): Promise<void> {
  const [verifier, state] = [oidc.randomPKCECodeVerifier(), oidc.randomState()];
  sessionStorage.setItem('login', JSON.stringify({ verifier, state }));
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile offline_access',
    resource,
    state,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  location.assign(url);
}

/** Exchanges the code. @returns a function that returns a valid access token, and refreshes it when needed */
async function completeSignIn(): Promise<() => Promise<string>> {
  const { verifier, state } = JSON.parse(sessionStorage.getItem('login') ?? '{}');
  sessionStorage.removeItem('login');
  const checks = { pkceCodeVerifier: verifier, expectedState: state };
  let tokens = await oidc.authorizationCodeGrant(config, new URL(location.href), checks, { resource });
  let expires = Date.now() + (tokens.expiresIn() ?? 0) * 1000;
  history.replaceState(null, '', redirectUri);
  return async () => {
    if (Date.now() > expires - RENEW_BEFORE_MS && tokens.refresh_token) {
      tokens = await oidc.refreshTokenGrant(config, tokens.refresh_token, { resource });
      expires = Date.now() + (tokens.expiresIn() ?? 0) * 1000;
    }
    return tokens.access_token;
  };
}

function openChat(token: () => Promise<string>): void {
  const client = new ChatClient({ url: chat, token, storage: sessionStorage });
  const room = client.join('lobby');
  const [status, messages] = [document.createElement('output'), document.createElement('ol')];
  const form = Object.assign(document.createElement('form'), {
    innerHTML: '<input name="body"><button>Send</button>',
  });
  document.body.replaceChildren(status, messages, form);
  const nameOf = (user: Author | null) => user?.name ?? 'signed out';
  client.subscribe(() => {
    status.textContent = `${nameOf(client.user)}: ${room.status}`;
    const items = room.messages.map(({ author, body }) => {
      return Object.assign(document.createElement('li'), { textContent: `${author.name}: ${body}` });
    });
    messages.replaceChildren(...items);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const body = String(new FormData(form).get('body')).trim();
    if (body !== '') room.post(body);
    form.reset();
  });
  client.connect();
}

if (new URLSearchParams(location.search).has('code')) openChat(await completeSignIn());
else {
  const button = Object.assign(document.createElement('button'), { textContent: 'Sign in', onclick: signIn });
  document.body.replaceChildren(button);
}
