import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

interface Party {
  host: string;
  origin: string;
}

/** An authenticator for passkeys, as far as the server sees it: ES256, attestation `none`. */
export class SoftwareAuthenticator {
  readonly #id = randomBytes(32);
  readonly #privateKey: KeyObject;
  readonly #publicKey: Buffer;
  readonly #party: Party;
  #counter = 0;

  constructor(party: Party) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.#party = party;
    this.#privateKey = privateKey;
    // COSE key (RFC 9053): kty EC2, alg ES256, crv P-256, x, y.
    const head = Buffer.from('a5010203262001215820', 'hex');
    this.#publicKey = Buffer.concat([
      head,
      Buffer.from(x, 'base64url'),
      Buffer.from('225820', 'hex'),
      Buffer.from(y, 'base64url'),
    ]);
  }

  /** The answer to a challenge for a new passkey. */
  create(challenge: string) {
    const credential = Buffer.concat([Buffer.alloc(16), Buffer.from([0, 32]), this.#id, this.#publicKey]);
    const data = Buffer.concat([this.#authenticatorData(0x45), credential]);
    // CBOR: {fmt: "none", attStmt: {}, authData: data}
    const head = Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746159', 'hex');
    const length = Buffer.from([data.length >> 8, data.length & 255]);
    return this.#answer({
      clientDataJSON: this.#clientData('webauthn.create', challenge).toString('base64url'),
      attestationObject: Buffer.concat([head, length, data]).toString('base64url'),
      transports: ['internal'],
    });
  }

  /** The answer to a challenge to sign. */
  get(challenge: string) {
    this.#counter += 1;
    const data = this.#authenticatorData(0x05);
    const clientData = this.#clientData('webauthn.get', challenge);
    const signed = Buffer.concat([data, createHash('sha256').update(clientData).digest()]);
    return this.#answer({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: sign('sha256', signed, this.#privateKey).toString('base64url'),
    });
  }

  #answer<Response>(response: Response) {
    const id = this.#id.toString('base64url');
    return { id, rawId: id, type: 'public-key' as const, clientExtensionResults: {}, response };
  }

  #authenticatorData(flags: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.#counter);
    return Buffer.concat([
      createHash('sha256').update(this.#party.host).digest(),
      Buffer.from([flags]),
      counter,
    ]);
  }

  #clientData(type: string, challenge: string): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin: this.#party.origin, crossOrigin: false }));
  }
}
