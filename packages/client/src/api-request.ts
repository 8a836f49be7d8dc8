import type { ErrorCode } from './frames.js';
import { ConnectionError, RequestError, type RequestErrorDetails } from './request-error.js';

export interface ApiRequest {
  method: string;
  /** Address of the operation. */
  url: string;
  /** Bearer token; without one, a browser sends the cookie of its own origin. */
  token?: string | null;
  /** Sent as JSON. */
  body?: object;
}

/** The JSON of a successful response, and its headers. */
export interface ApiAnswer<Answer> {
  answer: Answer;
  headers: { get(name: string): string | null };
}

/**
 * Sends a request to the REST API of the server, and resolves with its JSON and its headers.
 * @throws ConnectionError if the server cannot be reached, RequestError if it refuses the request
 */
export async function requestApi<Answer>({
  method,
  url,
  token,
  body,
}: ApiRequest): Promise<ApiAnswer<Answer>> {
  const headers = {
    Accept: 'application/json',
    ...(token && { Authorization: `Bearer ${token}` }),
    ...(body && { 'Content-Type': 'application/json' }),
  };
  const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) }).catch(
    () => {
      throw new ConnectionError('The server cannot be reached. Try again.');
    },
  );
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return { answer: answer as Answer, headers: response.headers };
  const {
    code = 'internal',
    detail = 'The request failed. Try again.',
    ...details
  } = (answer ?? {}) as Problem;
  throw new RequestError(code, detail, details);
}

interface Problem extends RequestErrorDetails {
  code?: ErrorCode;
  detail?: string;
}
