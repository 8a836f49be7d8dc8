import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { makeCertificate } from './tls-proxy.js';

/** A push message as the browser decrypts it. */
export interface ReceivedPush {
  path: string;
  headers: Record<string, unknown>;
  /** The content that static/worker/push.ts reads. */
  content: { title: string; text: string; url: string; tag: string; language: string; sent: number };
}

/** The push service of a browser, and the half of the browser that decrypts (RFC 8291). */
export interface PushService {
  /** The authority of its certificate, PEM. */
  ca: string;
  /** Decrypted, in the order of arrival. */
  received: ReceivedPush[];
  /** Status of the responses, by path. The default is 201. */
  statuses: Map<string, number>;
  /** A new subscription, as `PushSubscription.toJSON()` returns it. */
  subscribe(name: string): { endpoint: string; keys: { p256dh: string; auth: string } };
  stop(): Promise<void>;
}

export async function startPushService(): Promise<PushService> {
  const { key, cert } = await makeCertificate();
  const browsers = new Map<string, { decrypt(body: Buffer): string }>();
  const received: ReceivedPush[] = [];
  const statuses = new Map<string, number>();
  const server = createServer({ key, cert }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const path = request.url ?? '';
    const text = browsers.get(path)?.decrypt(Buffer.concat(chunks)) ?? 'null';
    received.push({ path, headers: request.headers, content: JSON.parse(text) });
    response.writeHead(statuses.get(path) ?? 201).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    ca: cert,
    received,
    statuses,
    subscribe: (name) => {
      const browser = newBrowser();
      browsers.set(`/${name}`, browser);
      return { endpoint: `https://localhost:${port}/${name}`, keys: browser.keys };
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function newBrowser() {
  const pair = createECDH('prime256v1');
  const publicKey = pair.generateKeys();
  const auth = randomBytes(16);
  return {
    keys: { p256dh: publicKey.toString('base64url'), auth: auth.toString('base64url') },
    decrypt: (body: Buffer): string => {
      const salt = body.subarray(0, 16);
      const idLength = body.readUInt8(20);
      const sender = body.subarray(21, 21 + idLength);
      const encrypted = body.subarray(21 + idLength);
      const context = Buffer.concat([Buffer.from('WebPush: info\0'), publicKey, sender]);
      const secret = derive(pair.computeSecret(sender), auth, context, 32);
      const contentKey = derive(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
      const nonce = derive(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
      const decipher = createDecipheriv('aes-128-gcm', contentKey, nonce);
      decipher.setAuthTag(encrypted.subarray(-16));
      const padded = Buffer.concat([decipher.update(encrypted.subarray(0, -16)), decipher.final()]);
      return padded.subarray(0, padded.lastIndexOf(2)).toString();
    },
  };
}

const derive = (secret: Buffer, salt: Buffer, info: Buffer, bytes: number) =>
  Buffer.from(hkdfSync('sha256', secret, salt, info, bytes));
