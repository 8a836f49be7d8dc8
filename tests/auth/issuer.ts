import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { hangUp, json, startWebServer, type WebServer } from './web-server.js';

export interface SigningKey {
  kid: string | undefined;
  alg: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  jwk: JWK;
}

export async function makeKey(kid: string | undefined, alg = 'RS256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), ...(kid && { kid }), alg, use: 'sig' };
  return { kid, alg, privateKey, publicKey, jwk };
}

export const AUDIENCE = 'https://chat.example';

/** A token issuer with real keys and a server that publishes them. */
export class Issuer {
  private constructor(
    readonly server: WebServer,
    readonly key: SigningKey,
  ) {}

  static async start(key: SigningKey): Promise<Issuer> {
    const issuer = new Issuer(await startWebServer(hangUp), key);
    issuer.publish(key);
    return issuer;
  }

  /** The configuration of a server that accepts its tokens. */
  get config() {
    return {
      mode: 'jwt',
      issuer: this.server.url,
      jwksUrl: this.jwksUrl,
      audience: AUDIENCE,
      login: null,
    } as const;
  }

  get jwksUrl(): string {
    return `${this.server.url}.well-known/jwks.json`;
  }

  /** Number of requests for the key set. */
  get requestCount(): number {
    return this.server.requests.length;
  }

  publish(...keys: SigningKey[]): void {
    this.server.answer = json({ keys: keys.map(({ jwk }) => jwk) });
  }

  /** Signs a token that is valid except for `claims` and `key`; undefined removes a claim. */
  sign(claims: Record<string, unknown> = {}, key = this.key): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const all = {
      iss: this.server.url,
      aud: AUDIENCE,
      sub: 'auth0|ada',
      iat: now,
      exp: now + 3600,
      ...claims,
    };
    const header = { alg: key.alg, typ: 'JWT', ...(key.kid && { kid: key.kid }) };
    return new SignJWT(JSON.parse(JSON.stringify(all))).setProtectedHeader(header).sign(key.privateKey);
  }
}
