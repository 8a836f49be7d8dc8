import type { CustomFetch } from 'openid-client';
import pLimit from 'p-limit';

const MAX_RESPONSE_BYTES = 256 * 1024;
/** Limits of concurrent and queued requests, so that a flood of callbacks does not become a flood of requests. */
const MAX_CONCURRENT_REQUESTS = 20;
const MAX_QUEUED_REQUESTS = 1_000;

const queue = pLimit(MAX_CONCURRENT_REQUESTS);

/**
 * `fetch` with limits for the number of requests and the size of a response. openid-client sets timeouts and rejects redirects.
 * Each request has a connection of its own: one that is kept open can be closed by the issuer at the moment of the next
 * request, and an exchange of a code must not be sent twice.
 */
export const boundedFetch: CustomFetch = async (url, { body, headers, ...options }) => {
  if (queue.pendingCount >= MAX_QUEUED_REQUESTS) throw new Error('too many requests are queued');
  return queue(async () => {
    const response = await fetch(url, {
      ...options,
      headers: { ...headers, connection: 'close' },
      ...(body !== undefined && { body }),
    } as RequestInit);
    return new Response(await bodyOf(response), { status: response.status, headers: response.headers });
  });
};

async function bodyOf({ body, status }: Response): Promise<Blob | null> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_RESPONSE_BYTES) throw new Error(`the response has more than ${MAX_RESPONSE_BYTES} bytes`);
    chunks.push(chunk);
  }
  return status === 204 || status === 304 ? null : new Blob(chunks);
}
