import { createHash } from 'node:crypto';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { StoredPasskey } from '../../database/tables/credential-table.js';
import { reasonOf } from '../../lib/error-reason.js';
import { ChatError } from '../../protocol/errors.js';
import type { Log } from '../../telemetry/logger.js';
import type { Identity } from '../guest.js';
import { CHALLENGE_MS, type PasskeyChallenge } from './passkey-challenges.js';

export type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
};

/** The server as browsers see it. */
export interface RelyingParty {
  /** Host name (RP ID), to which passkeys are bound. */
  host: string;
  /** `https://chat.example.org`. */
  origin: string;
}

/** Ed25519, ES256 and RS256 (RFC 9053, RFC 8812): every authenticator has one of them. */
const ALGORITHMS = [-8, -7, -257];
const NAME = 'Changeroom';

/** Loaded when it is needed first: most processes of small chats never do. */
const library = () => import('@simplewebauthn/server');

/** The id of a passkey's row. Authenticators may choose ids that are too long for a primary key. */
export const passkeyId = (credentialId: string): string =>
  createHash('sha256').update(`passkey ${credentialId}`).digest('base64url');

/** The options of `navigator.credentials.create()`. @param existing passkeys of the user, which are not created again */
export async function creationOptions(
  { id_user, name }: Identity,
  { challenge }: PasskeyChallenge,
  { host }: RelyingParty,
  existing: readonly StoredPasskey[],
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { generateRegistrationOptions } = await library();
  return generateRegistrationOptions({
    rpName: NAME,
    rpID: host,
    userID: new Uint8Array(Buffer.from(id_user)),
    userName: name,
    userDisplayName: name,
    challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
    timeout: CHALLENGE_MS,
    attestationType: 'none',
    excludeCredentials: existing.map(({ credential_id, transports }) => ({ id: credential_id, transports })),
    // It is found without a name.
    authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
    supportedAlgorithmIDs: ALGORITHMS,
  });
}

/** The options of `navigator.credentials.get()`. The browser offers all passkeys of this host. */
export async function requestOptions(
  { challenge }: PasskeyChallenge,
  { host }: RelyingParty,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { generateAuthenticationOptions } = await library();
  return generateAuthenticationOptions({
    rpID: host,
    challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
    timeout: CHALLENGE_MS,
    userVerification: 'preferred',
  });
}

/** Verifies a new passkey: Web Authentication Level 3, section 7.1. @throws ChatError `login-failed` */
export async function verifyNewPasskey(
  response: RegistrationResponseJSON,
  { challenge }: PasskeyChallenge,
  { host, origin }: RelyingParty,
  log: Log,
): Promise<Omit<StoredPasskey, 'id_user'>> {
  const { verifyRegistrationResponse } = await library();
  const verified = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: host,
    requireUserVerification: false,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch((error: unknown) => refuse(error, log));
  if (!verified.verified) return refuse('not verified', log);
  const { id, publicKey, counter } = verified.registrationInfo.credential;
  return {
    credential_id: id,
    public_key: Buffer.from(publicKey).toString('base64url'),
    counter,
    transports: transportsOf(response),
    host,
  };
}

/**
 * Verifies that a passkey has signed the challenge: Web Authentication Level 3, section 7.2.
 * @returns the new signature counter
 * @throws ChatError `login-failed`
 */
export async function verifySignature(
  response: AuthenticationResponseJSON,
  { challenge }: PasskeyChallenge,
  { host, origin }: RelyingParty,
  passkey: StoredPasskey,
  log: Log,
): Promise<number> {
  if (passkey.host !== host) return refuse('the passkey is for another host', log);
  const { verifyAuthenticationResponse } = await library();
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: host,
    credential: {
      id: passkey.credential_id,
      publicKey: new Uint8Array(Buffer.from(passkey.public_key, 'base64url')),
      counter: passkey.counter,
    },
    requireUserVerification: false,
  }).catch((error: unknown) => refuse(error, log));
  return verified ? authenticationInfo.newCounter : refuse('the signature is invalid', log);
}

/** Known values only: browsers get them back. */
function transportsOf({ response }: RegistrationResponseJSON): string[] {
  const known = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];
  const { transports } = response;
  return Array.isArray(transports) ? known.filter((one) => transports.some((given) => given === one)) : [];
}

/** The reason is for the log: it would help an attacker. */
function refuse(reason: unknown, log: Log): never {
  log.info({ reason: reasonOf(reason) }, 'passkey refused');
  throw new ChatError('login-failed', 'the passkey was not accepted', { field: 'response' });
}
