import type { Identity } from '../../server/auth/guest.js';
import type { BotCommand } from '../../server/bots/announcements.js';
import { GUEST_HEADER } from '../../server/http/pages/page-state.js';
import { ChatError, type ErrorCode, type ErrorDetails } from '../../server/protocol/errors.js';
import type { RoomEntry } from '../../server/protocol/room.js';

/** The part of the REST API that the page uses. All methods throw Error where nobody answers, else ChatError. */
export class Api {
  /** @param signed the identity of a page that is somebody by its address */
  constructor(private readonly signed: string | null) {}

  rooms(): Promise<RoomEntry[]> {
    return this.#ask('GET', '/api/rooms');
  }

  createRoom(room: { name: string; topic: string; access: string }): Promise<RoomEntry> {
    return this.#ask('POST', '/api/rooms', room);
  }

  async join(room: string): Promise<void> {
    await this.#ask('POST', `/api/rooms/${encodeURIComponent(room)}/join`);
  }

  async leave(room: string): Promise<void> {
    await this.#ask('POST', `/api/rooms/${encodeURIComponent(room)}/leave`);
  }

  /** The answer renews the cookie of a guest. */
  rename(name: string): Promise<Identity> {
    return this.#ask('PUT', '/api/me', { name });
  }

  /** By name. */
  bots(): Promise<BotCommand[]> {
    return this.#ask('GET', '/api/bots');
  }

  async #ask<T>(method: string, path: string, body?: object): Promise<T> {
    const headers = {
      Accept: 'application/json',
      ...(this.signed !== null && { [GUEST_HEADER]: this.signed }),
      ...(body && { 'Content-Type': 'application/json' }),
    };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(path, init).catch(() => {
      throw new Error('The server cannot be reached at the moment. Try again.');
    });
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return answer as T;
    const {
      code = 'internal',
      detail = 'That did not work. Try again.',
      ...rest
    } = (answer ?? {}) as Problem;
    throw new ChatError(code, detail, rest);
  }
}

interface Problem extends ErrorDetails {
  code?: ErrorCode;
  detail?: string;
}
