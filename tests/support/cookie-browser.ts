/** A browser without a screen: keeps cookies by origin, and follows redirects as a navigation does. */
export class CookieBrowser {
  readonly #cookies = new Map<string, Map<string, string>>();

  /** The `Cookie` header for an address. */
  cookies(url: string): string {
    return [...this.#jar(url)].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  cookie(url: string, name: string): string | undefined {
    return this.#jar(url).get(name);
  }

  setCookie(url: string, name: string, value: string): void {
    this.#jar(url).set(name, value);
  }

  forget(url: string, name: string): void {
    this.#jar(url).delete(name);
  }

  get(url: string): Promise<Response> {
    return this.#navigate(url, {});
  }

  post(url: string, fields: Record<string, string>): Promise<Response> {
    return this.#navigate(url, { method: 'POST', body: new URLSearchParams(fields) });
  }

  /** Sends one request without following a redirect. */
  async send(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('accept', headers.get('accept') ?? 'text/html');
    if (!headers.has('cookie')) headers.set('cookie', this.cookies(url));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const setCookie of response.headers.getSetCookie()) this.#take(url, setCookie);
    return response;
  }

  async #navigate(first: string, init: RequestInit): Promise<Response> {
    let url = first;
    let response = await this.send(url, init);
    for (let i = 0; i < 20; i += 1) {
      const location = response.headers.get('location');
      if (location === null) return Object.defineProperty(response, 'url', { value: url });
      await response.body?.cancel();
      url = new URL(location, url).href;
      response = await this.send(url);
    }
    throw new Error(`too many redirects: ${url}`);
  }

  #take(url: string, setCookie: string): void {
    const [pair = '', ...attributes] = setCookie.split('; ');
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    const isCleared = attributes.some((one) => /^max-age=0$|^expires=thu, 01 jan 1970/i.test(one));
    if (isCleared) this.#jar(url).delete(name);
    else this.#jar(url).set(name, value);
  }

  #jar(url: string): Map<string, string> {
    const { origin } = new URL(url);
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, jar);
    return jar;
  }
}

/** Signs in at a TestIdentityProvider, by the login page of a server. @returns the page that the login leads to */
export async function signIn(
  browser: CookieBrowser,
  appUrl: string,
  name: string,
  path = '/r/lobby',
): Promise<Response> {
  const form = await browser.get(`${appUrl}/login?return=${encodeURIComponent(path)}`);
  if (!new URL(form.url).pathname.startsWith('/interaction/')) return form;
  return browser.post(form.url, { login: name });
}
