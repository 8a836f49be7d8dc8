import type { ChatClient } from './chat-client.js';
import type { ErrorCode, MessageFile } from './frames.js';
import { ConnectionError, RequestError, type RequestErrorDetails } from './request-error.js';

/** A file: `File` or `Blob` of browsers and Node. */
export interface FileContent {
  readonly size: number;
  readonly name?: string;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

export interface UploadOptions {
  /** File name. Default: that of the file. */
  name?: string;
  /** Description of an image for readers who cannot see it, at most 300 characters. */
  alt?: string;
  /** Called with the part of the content that was sent, 0 to 1. */
  onProgress?: (part: number) => void;
  /** Cancels the upload; the promise rejects with its reason. */
  signal?: CancelSignal;
}

/** `AbortSignal` of browsers and Node. */
export interface CancelSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
}

/**
 * Uploads a file for the next message of the user in a room: `room.post(body, undefined, [file])`, within 24 hours.
 * @throws RequestError such as `file-too-large`, `rate-limited`; ConnectionError if the server cannot be reached
 */
export async function upload(
  client: Pick<ChatClient, 'authorised'>,
  room: string,
  file: FileContent,
  { name = file.name ?? 'file', alt, onProgress = () => {}, signal }: UploadOptions = {},
): Promise<MessageFile> {
  const described = alt === undefined ? '' : `&alt=${encodeURIComponent(alt)}`;
  const path = `/api/rooms/${encodeURIComponent(room)}/files?name=${encodeURIComponent(name)}${described}`;
  const { url, token } = await client.authorised(path);
  if (signal?.aborted) throw signal.reason;
  const headers = {
    'Content-Type': 'application/octet-stream',
    ...(token !== null && { Authorization: `Bearer ${token}` }),
  };
  const send = PLATFORM.XMLHttpRequest ? sendInBrowser : sendInNode;
  const { status, json } = await send({ url, headers, file, onProgress, signal });
  if (status === 201) return json as MessageFile;
  const {
    code = 'internal',
    detail = 'The request failed. Try again.',
    ...details
  } = (json ?? {}) as Problem;
  throw new RequestError(code, detail, details);
}

interface Problem extends RequestErrorDetails {
  code?: ErrorCode;
  detail?: string;
}

interface Sending {
  url: string;
  headers: Record<string, string>;
  file: FileContent;
  onProgress: (part: number) => void;
  signal: CancelSignal | undefined;
}

interface Answer {
  status: number;
  /** The JSON of the response. */
  json: unknown;
}

/** Bytes that are read at once. */
const PART_BYTES = 64 * 1024;

/** The globals that this module uses. */
interface Platform {
  XMLHttpRequest?: new () => Request;
  fetch(url: string, init: object): Promise<{ status: number; json(): Promise<unknown> }>;
}
interface Request {
  responseType: 'json';
  status: number;
  response: unknown;
  upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null };
  onload: (() => void) | null;
  onerror: (() => void) | null;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  send(body: unknown): void;
  abort(): void;
}
const PLATFORM = globalThis as unknown as Platform;

/** `fetch` of browsers does not report the progress of a request. */
function sendInBrowser({ url, headers, file, onProgress, signal }: Sending): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { XMLHttpRequest: BrowserRequest } = PLATFORM;
    if (!BrowserRequest) throw new TypeError('this is no browser');
    const request = new BrowserRequest();
    request.open('POST', url);
    request.responseType = 'json';
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => resolve({ status: request.status, json: request.response });
    request.onerror = () => reject(unreachable());
    signal?.addEventListener('abort', () => {
      request.abort();
      reject(signal.reason);
    });
    request.send(file);
  });
}

async function sendInNode({ url, headers, file, onProgress, signal }: Sending): Promise<Answer> {
  async function* body(): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < file.size; start += PART_BYTES) {
      yield new Uint8Array(await file.slice(start, start + PART_BYTES).arrayBuffer());
      onProgress(Math.min(1, (start + PART_BYTES) / file.size));
    }
  }
  const length = { 'Content-Length': `${file.size}` };
  const init = { method: 'POST', headers: { ...headers, ...length }, body: body(), duplex: 'half', signal };
  try {
    const response = await PLATFORM.fetch(url, init);
    return { status: response.status, json: await response.json().catch(() => null) };
  } catch {
    throw signal?.aborted ? signal.reason : unreachable();
  }
}

const unreachable = () => new ConnectionError('The server cannot be reached. Try again.');
