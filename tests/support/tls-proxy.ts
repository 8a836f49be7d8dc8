import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';
import { programPath } from './programs.js';

/** A TLS proxy for a local port, with a certificate that no client trusts. */
export interface TlsProxy {
  port: number;
  /** The certificate, PEM: it is its own authority, and for localhost. */
  ca: string;
  stop(): Promise<void>;
}

export async function startTlsProxy(to: number): Promise<TlsProxy> {
  const { key, cert } = await makeCertificate();
  const server = createServer({ key, cert }, (near) => {
    const far = connect(to, '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const [one, other] of [[near, far] as const, [far, near] as const]) {
      one.on('error', () => {});
      one.on('close', () => other.destroy());
    }
  }).listen(0, '127.0.0.1');
  // A client that rejects the certificate disconnects.
  server.on('tlsClientError', () => {});
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    ca: cert,
    stop: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

/** A certificate for localhost that is its own authority, and its key: PEM. */
export async function makeCertificate(): Promise<{ key: string; cert: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'changeroom-tls-'));
  const [keyFile, certFile] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
  const files = ['-keyout', keyFile!, '-out', certFile!];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    await promisify(execFile)(programPath('openssl'), [
      'req',
      '-x509',
      '-days',
      '2',
      ...key,
      ...name,
      ...files,
    ]);
    return { key: await readFile(keyFile!, 'utf8'), cert: await readFile(certFile!, 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
