import { RequestError } from 'changeroom-client';
import type { MessageFile } from '../../../server/protocol/message.js';

export interface UploadOptions {
  room: string;
  /** Bearer token of a playground user; null: the cookie authenticates. */
  token: string | null;
  /** Part of the file that was sent, 0 to 1. */
  progressed: (part: number) => void;
}

export interface RunningUpload {
  file: Promise<MessageFile>;
  cancel(): void;
}

/**
 * Uploads a file. Not by `fetch`, which does not report the progress of a request.
 * `file` rejects with RequestError if the server refuses it, with Error if the connection is lost.
 */
export function upload(content: File, { room, token, progressed }: UploadOptions): RunningUpload {
  const request = new XMLHttpRequest();
  const file = new Promise<MessageFile>((resolve, reject) => {
    const query = `name=${encodeURIComponent(content.name)}`;
    request.open('POST', `/api/rooms/${encodeURIComponent(room)}/files?${query}`);
    request.responseType = 'json';
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    if (token !== null) request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total }) => progressed(total > 0 ? loaded / total : 0);
    request.onload = () => {
      if (request.status === 201) resolve(request.response);
      else reject(refusal(request.response));
    };
    request.onerror = () => reject(new Error('connection lost'));
    request.onabort = () => reject(new Error('cancelled'));
    request.send(content);
  });
  return { file, cancel: () => request.abort() };
}

function refusal(
  problem: { code?: RequestError['code']; detail?: string; limit?: number; retryAfterMs?: number } | null,
) {
  const { code = 'internal', detail = '', ...details } = problem ?? {};
  return new RequestError(code, detail, details);
}
