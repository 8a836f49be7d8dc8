import { type ApiAnswer, requestApi, type User } from 'changeroom-client';
import type { Identity } from '../../server/auth/guest.js';
import type { BotCommand } from '../../server/bots/announcements.js';
import type { Member, RoomEntry } from '../../server/protocol/room.js';

/**
 * The part of the REST API that the page uses.
 * @throws ConnectionError if the server cannot be reached, RequestError if it refuses a request
 */
export class Api {
  /** @param token of a playground page, whose address names its user */
  constructor(readonly token: string | null) {}

  rooms(): Promise<RoomEntry[]> {
    return this.#request('GET', '/api/rooms');
  }

  createRoom(room: { name: string; topic: string; access: string }): Promise<RoomEntry> {
    return this.#request('POST', '/api/rooms', room);
  }

  async join(room: string): Promise<void> {
    await this.#request('POST', `/api/rooms/${encodeURIComponent(room)}/join`);
  }

  async leave(room: string): Promise<void> {
    await this.#request('POST', `/api/rooms/${encodeURIComponent(room)}/leave`);
  }

  /**
   * A page of the members of a room.
   * @param next of the page before; null: the first page
   */
  async members(room: string, limit: number, next: string | null = null): Promise<MembersPage> {
    const path = next ?? `/api/rooms/${encodeURIComponent(room)}/members?limit=${limit}`;
    const { answer, headers } = await this.#exchange<Member[]>('GET', path);
    return {
      members: answer,
      total: Number(headers.get('total-count')),
      next: /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1] ?? null,
    };
  }

  /** The answer renews the cookie of a guest. */
  rename(name: string): Promise<Identity> {
    return this.#request('PUT', '/api/me', { name });
  }

  /** People that a message of a room can mention, whose name begins with a text. */
  people(room: string, prefix: string): Promise<User[]> {
    const query = `prefix=${encodeURIComponent(prefix)}&room=${encodeURIComponent(room)}`;
    return this.#request('GET', `/api/users?${query}`);
  }

  /** By name. */
  bots(): Promise<BotCommand[]> {
    return this.#request('GET', '/api/bots');
  }

  async #request<T>(method: string, path: string, body?: object): Promise<T> {
    return (await this.#exchange<T>(method, path, body)).answer;
  }

  #exchange<T>(method: string, path: string, body?: object): Promise<ApiAnswer<T>> {
    const request = { method, url: path, token: this.token };
    return requestApi<T>(body ? { ...request, body } : request);
  }
}

export interface MembersPage {
  members: Member[];
  /** Of all members. */
  total: number;
  /** The address of the next page; null on the last one. */
  next: string | null;
}
