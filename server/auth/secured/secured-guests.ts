import {
  type CredentialTable,
  type ListedCredential,
  MAX_PASSKEYS,
} from '../../database/tables/credential-table.js';
import type { UserTable } from '../../database/tables/user-table.js';
import type { Limits } from '../../limits/limits.js';
import { ChatError } from '../../protocol/errors.js';
import { nameKeys } from '../../protocol/text/name-key.js';
import { diagnostics } from '../../telemetry/diagnostics-channels.js';
import type { Log } from '../../telemetry/logger.js';
import type { Identity } from '../guest.js';
import { Sealer } from '../login/sealer.js';
import { FollowedGuests } from './followed-guests.js';
import type { GuestSessions } from './guest-sessions.js';
import { type PasskeyChallenge, PasskeyChallenges } from './passkey-challenges.js';
import {
  type AuthenticationResponseJSON,
  passkeyId,
  type RegistrationResponseJSON,
  type RelyingParty,
  verifyNewPasskey,
  verifySignature,
} from './passkeys.js';
import { newRecoveryCode, recoveryCodeId } from './recovery-code.js';

export interface SecuredGuestsDependencies {
  credentials: CredentialTable;
  sessions: GuestSessions;
  users: Pick<UserTable, 'get' | 'hold' | 'present'>;
  limits: Pick<
    Limits,
    'failedLogin' | 'failedRecovery' | 'heavyWrites' | 'loginAttempt' | 'recoveryAttempt' | 'rename'
  >;
  log: Log;
  /** Key that signs cookies. */
  secret: string;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** A recovery code that does not count before it is confirmed, so that a lost response locks no guest out. */
export interface NewRecoveryCode {
  code: string;
  /** Confirms it. */
  confirmation: string;
}

/** Milliseconds for a guest to write down a code. */
const CONFIRMATION_MS = 60 * 60_000;

/** Guests who have secured their name, by a passkey or a recovery code, and how they get it back. */
export class SecuredGuests {
  readonly sessions: GuestSessions;
  readonly challenges: PasskeyChallenges;
  readonly #dependencies: SecuredGuestsDependencies;
  readonly #followed: FollowedGuests;
  readonly #confirmations: Sealer;

  constructor(dependencies: SecuredGuestsDependencies) {
    const { credentials, sessions, secret, now } = dependencies;
    this.#dependencies = dependencies;
    this.sessions = sessions;
    this.challenges = new PasskeyChallenges(new Sealer(secret, 'passkey challenges'), now);
    this.#followed = new FollowedGuests(credentials);
    this.#confirmations = new Sealer(secret, 'recovery codes');
  }

  /**
   * Whether a guest has secured the name, as far as it is known: while the database is unavailable, a guest who is not cached
   * counts as one who has not, because nothing can be written then.
   */
  async isSecured(id_user: string): Promise<boolean> {
    try {
      return await this.#dependencies.credentials.has(id_user);
    } catch (error) {
      if (error instanceof ChatError && error.code === 'database-unavailable') return false;
      throw error;
    }
  }

  /** Calls back whenever a guest may have secured or released the name. @returns a function that stops */
  follow(id_user: string, onChange: () => void): () => void {
    return this.#followed.follow(id_user, onChange);
  }

  /** @throws ChatError `database-unavailable` */
  credentials(id_user: string): Promise<ListedCredential[]> {
    return this.#dependencies.credentials.list(id_user);
  }

  /** The passkeys of a user. @throws ChatError `database-unavailable`, `too-many-credentials` */
  async passkeys(id_user: string) {
    const passkeys = await this.#dependencies.credentials.passkeysOf(id_user);
    if (passkeys.length < MAX_PASSKEYS) return passkeys;
    throw new ChatError(
      'too-many-credentials',
      `a name may have ${MAX_PASSKEYS} passkeys: remove one first`,
      {
        limit: MAX_PASSKEYS,
      },
    );
  }

  /**
   * Adds a passkey of a guest, and so secures the name.
   * @param device browser and system, for the list of passkeys
   * @throws ChatError `login-failed`, `too-many-credentials`, and as `#hold`
   */
  async addPasskey(
    user: Identity,
    response: RegistrationResponseJSON,
    challenge: PasskeyChallenge,
    party: RelyingParty,
    { address, device }: { address: string | undefined; device: string },
  ): Promise<void> {
    const { credentials, limits, log, now } = this.#dependencies;
    await limits.rename(user.id_user, address);
    const passkey = await verifyNewPasskey(response, challenge, party, log);
    await limits.heavyWrites.run(address, async () => {
      await this.passkeys(user.id_user);
      await this.#hold(user);
      const id = passkeyId(passkey.credential_id);
      const isNew = await credentials.addPasskey(id, { ...passkey, id_user: user.id_user }, device, now());
      if (!isNew)
        throw new ChatError('login-failed', 'this passkey is in use already', { field: 'response' });
    });
    log.info({ id_user: user.id_user }, 'guest: passkey added');
  }

  /** A recovery code of a guest, to be confirmed. */
  newRecoveryCode({ id_user }: Identity): NewRecoveryCode {
    const code = newRecoveryCode();
    const content = { id: recoveryCodeId(code), expires: this.#dependencies.now() + CONFIRMATION_MS };
    return { code, confirmation: this.#confirmations.seal(JSON.stringify(content), id_user) };
  }

  /**
   * Stores a recovery code that the guest has seen, in the place of an earlier one, and so secures the name.
   * @throws ChatError `login-failed`, and as `#hold`
   */
  async confirmRecoveryCode(
    user: Identity,
    confirmation: string,
    address: string | undefined,
  ): Promise<void> {
    const { credentials, limits, log, now } = this.#dependencies;
    await limits.rename(user.id_user, address);
    const text = this.#confirmations.open(confirmation, user.id_user);
    const content: { id: string; expires: number } | null = text === null ? null : JSON.parse(text);
    if (!content || content.expires <= now())
      throw new ChatError('login-failed', 'this recovery code was created for another user, or an hour ago', {
        field: 'confirmation',
      });
    await limits.heavyWrites.run(address, async () => {
      await this.#hold(user);
      await credentials.setRecoveryCode(content.id, user.id_user, now());
    });
    log.info({ id_user: user.id_user }, 'guest: recovery code stored');
  }

  /** Removes a credential of a guest. The last one releases the name. @throws ChatError `no-such-credential`, `database-unavailable` */
  async removeCredential(id: string, id_user: string): Promise<void> {
    const isRemoved = await this.#dependencies.credentials.remove(id, id_user);
    if (!isRemoved)
      throw new ChatError('no-such-credential', 'you have no passkey or recovery code of this id', {
        field: 'id',
      });
  }

  /** The guest of a passkey that has signed the challenge. @throws ChatError `login-failed`, `rate-limited`, `database-unavailable` */
  recoverByPasskey(
    response: AuthenticationResponseJSON,
    challenge: PasskeyChallenge,
    party: RelyingParty,
    address: string | undefined,
  ): Promise<Identity> {
    const { credentials, log, now } = this.#dependencies;
    return this.#counted(address, async () => {
      const id = passkeyId(response.id);
      const passkey = await credentials.passkey(id);
      if (!passkey)
        throw new ChatError('login-failed', 'this passkey is not known here', { field: 'response' });
      const counter = await verifySignature(response, challenge, party, passkey, log);
      // The row decides which process accepts a challenge, once.
      if (!(await credentials.acceptChallenge(id, challenge.issued, counter, now())))
        throw new ChatError('login-failed', 'this answer of the passkey was used before', {
          field: 'response',
        });
      return passkey.id_user;
    });
  }

  /** The guest of a name and its recovery code. @throws ChatError `login-failed`, `rate-limited`, `database-unavailable` */
  recoverByCode(name: string, code: string, address: string | undefined): Promise<Identity> {
    const { credentials, users, limits, now } = this.#dependencies;
    const keys = nameKeys(name);
    return this.#counted(address, async () => {
      await limits.recoveryAttempt(keys[0] ?? '');
      const id = recoveryCodeId(code);
      const id_user = id === null ? null : await credentials.recoveryUser(id);
      const user = id_user === null ? undefined : await users.get(id_user);
      const isNamed = user && nameKeys(user.chosen).some((key) => keys.includes(key));
      if (id === null || !isNamed) {
        await limits.failedRecovery(keys[0] ?? '');
        const reason = 'the name and the recovery code do not belong together';
        throw new ChatError('login-failed', reason, { field: 'code' });
      }
      await credentials.noteUse(id, now());
      return user.id_user;
    });
  }

  close(): void {
    this.sessions.close();
    this.#dependencies.credentials.cache.close();
  }

  /** @throws ChatError `bad-name`, `name-taken`, `name-is-given`, `rate-limited`, `database-unavailable`, `storage-full` */
  async #hold(user: Identity): Promise<void> {
    const { credentials, users } = this.#dependencies;
    if (!(await credentials.has(user.id_user))) await users.hold(user);
  }

  /** Counts attempts by their outcome. A refused one counts towards the limit of the address. */
  async #counted(address: string | undefined, attempt: () => Promise<string>): Promise<Identity> {
    const { limits, log, users } = this.#dependencies;
    await limits.loginAttempt(address);
    try {
      const id_user = await attempt();
      const user = await users.present({ id_user, name: id_user }, false);
      diagnostics.login.publish({ outcome: 'succeeded' });
      log.info({ id_user }, 'guest: name recovered');
      return user;
    } catch (error) {
      const isRefused = error instanceof ChatError && error.code === 'login-failed';
      if (isRefused) {
        diagnostics.login.publish({ outcome: 'refused' });
        await limits.failedLogin(address);
      }
      throw error;
    }
  }
}
