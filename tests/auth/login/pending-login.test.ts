import { describe, expect, test } from 'vitest';
import { type PendingLogin, PendingLogins } from '../../../server/auth/login/pending-login.js';
import { Sealer } from '../../../server/auth/login/sealer.js';

/** The cookies of a browser. */
class CookieJar {
  readonly #cookies = new Map<string, string>();

  take(setCookies: string[]): void {
    for (const setCookie of setCookies) {
      const [pair = '', ...attributes] = setCookie.split('; ');
      const [name = '', value = ''] = pair.split('=');
      this.#cookies.delete(name);
      if (!attributes.includes('Max-Age=0')) this.#cookies.set(name, value);
    }
  }

  get header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  get names(): string[] {
    return [...this.#cookies.keys()];
  }
}

describe.each([true, false])('PendingLogins, with https: %s', (isSecure) => {
  let now = Date.now();
  const logins = new PendingLogins(new Sealer('a secret of the test', 'pending logins'), () => now);
  const failed = expect.objectContaining({ code: 'login-failed' });

  function begin(jar: CookieJar, path = '/r/tea'): PendingLogin {
    const [login, setCookies] = logins.begin(path, jar.header, isSecure);
    for (const cookie of setCookies) {
      expect(cookie).toContain('; HttpOnly');
      expect(cookie).toContain('; SameSite=Lax');
      expect(cookie.includes('; Secure')).toBe(isSecure && cookie.startsWith('__Host-'));
    }
    jar.take(setCookies);
    return login;
  }

  test('a login is completed in the browser that began it', () => {
    const [jar, other] = [new CookieJar(), new CookieJar()];
    const login = begin(jar);
    begin(other);
    expect(logins.find(login.state, jar.header, isSecure)).toEqual(login);
    expect(() => logins.find(login.state, other.header, isSecure)).toThrow(failed);
    expect(() => logins.find(login.state, undefined, isSecure)).toThrow(failed);
  });

  test('a login is completed once, within 10 minutes', () => {
    const jar = new CookieJar();
    const [first, second] = [begin(jar), begin(jar)];
    jar.take(logins.clear(first.state, isSecure));
    expect(() => logins.find(first.state, jar.header, isSecure)).toThrow(failed);
    now += 10 * 60_000 - 1;
    expect(logins.find(second.state, jar.header, isSecure)).toEqual(second);
    now += 1;
    expect(() => logins.find(second.state, jar.header, isSecure)).toThrow(failed);
  });

  test('a browser has three pending logins at most, and the oldest is dropped', () => {
    const jar = new CookieJar();
    const begun = Array.from({ length: 10 }, (_, i) => begin(jar, `/r/${i}`));
    expect(jar.names).toHaveLength(3);
    for (const login of begun.slice(-3))
      expect(logins.find(login.state, jar.header, isSecure)).toEqual(login);
    for (const { state } of begun.slice(0, -3))
      expect(() => logins.find(state, jar.header, isSecure)).toThrow(failed);
  });

  test.each([undefined, '', 'x', ['a', 'b'], {}, `${'x'.repeat(42)}=`, 'x'.repeat(43)])(
    'the state %j is refused',
    (state) => {
      const jar = new CookieJar();
      begin(jar);
      expect(() => logins.find(state, jar.header, isSecure)).toThrow(failed);
      expect(() => logins.handOver(state, 'cookie')).not.toThrow(TypeError);
    },
  );

  test('a session is handed over to its own login only, within a minute', () => {
    const [one, other] = [begin(new CookieJar()), begin(new CookieJar())];
    const handover = logins.handOver(one.state, 'the cookie');
    expect(logins.receive(one.state, handover)).toBe('the cookie');
    expect(() => logins.receive(other.state, handover)).toThrow(failed);
    expect(() => logins.receive(one.state, `x${handover}`)).toThrow(failed);
    now += 60_000;
    expect(() => logins.receive(one.state, handover)).toThrow(failed);
  });
});
