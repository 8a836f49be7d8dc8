export { type ApiAnswer, type ApiRequest, requestApi } from './api-request.js';
export type { MentionNames, RoomMessage, RoomQuote } from './author-names.js';
export { ChatClient, type ClientEvent } from './chat-client.js';
export type { ChatClientOptions } from './client-options.js';
export type { ConnectionState, RefusalReason } from './connection-state.js';
export type {
  Author,
  ClientFrame,
  ClientFrameType,
  ErrorCode,
  ListedRoom,
  Message,
  MessageFile,
  Pin,
  Position,
  PresenceCount,
  PresenceEntry,
  Quote,
  Reaction,
  RoomInfo,
  SearchResult,
  ServerFrame,
  ServerFrameType,
  User,
  ViewMessage,
} from './frames.js';
export { PROTOCOL_VERSION } from './frames.js';
export type { GuestStorage } from './guest-token.js';
export { LiveView } from './live-view.js';
export type { MemberNotice } from './member-log.js';
export {
  MAX_UNSENT_MESSAGES,
  type Outbox,
  OutboxFullError,
  type OutboxStorage,
  type Progress,
  parseUnsent,
  type Unsent,
} from './outbox.js';
export { comparePositions } from './position.js';
export {
  ConnectionError,
  isAuthenticationError,
  RequestError,
  type RequestErrorDetails,
} from './request-error.js';
export type { RequestFrame } from './requests.js';
export type { Room } from './room.js';
export type { RoomInitialState } from './room-initial-state.js';
export { RoomPresence } from './room-presence.js';
export type { RoomStatus } from './room-status.js';
export { searchMessages } from './search-messages.js';
export {
  type OpenTransport,
  openTransport,
  type Transport,
  type TransportListener,
  type TransportOptions,
} from './transport.js';
