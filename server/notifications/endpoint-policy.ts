import { lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ChatError } from '../protocol/errors.js';

/** Which addresses of push services are accepted. Browsers send them, so they could name any machine of the network. */
export interface EndpointPolicy {
  /** Only port 443 of public addresses. False for tests. */
  isPublicOnly: boolean;
  /** Certificate (PEM) of a further authority, for tests. */
  ca?: string;
}

export const PUBLIC_ENDPOINTS: EndpointPolicy = { isPublicOnly: true };

/** Characters of an endpoint. Those of today's push services have about 200. */
export const MAX_ENDPOINT_LENGTH = 1_000;

const FIELD = 'endpoint';

/**
 * An endpoint as a browser sends it.
 * @throws ChatError `bad-subscription` unless it is an https address without a password, at a public host
 */
export function cleanEndpoint(value: unknown, policy: EndpointPolicy): string {
  if (typeof value !== 'string') throw refusal('must be a text');
  if (value.length > MAX_ENDPOINT_LENGTH)
    throw refusal(`is longer than ${MAX_ENDPOINT_LENGTH} characters`, MAX_ENDPOINT_LENGTH);
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '')
    throw refusal('must be an https address without a user and a password');
  if (!isHostAccepted(url, policy)) throw refusal('must be at port 443 of a public host');
  return url.href;
}

/** Checks what is known before the host name is resolved. */
export function isHostAccepted({ hostname, port }: URL, { isPublicOnly }: EndpointPolicy): boolean {
  if (!isPublicOnly) return true;
  const literal = hostname.replace(/^\[|\]$/g, '');
  if (port !== '') return false;
  return ipaddr.isValid(literal) ? isPublicAddress(literal) : hostname.includes('.');
}

/** Resolves a host name, for the connection that is about to be opened: an earlier check could see another address. */
export function lookupOf({ isPublicOnly }: EndpointPolicy): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const accepted = addresses.filter(({ address }) => !isPublicOnly || isPublicAddress(address));
      const [first] = accepted;
      if (!first) return callback(new Error(`${hostname} has no public address`), '', 0);
      if (options.all) callback(null, accepted);
      else callback(null, first.address, first.family);
    });
  };
}

export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  // The library counts these as ordinary: benchmarks (198.18.0.0/15), and what IPv6 has not assigned (outside 2000::/3).
  if (!('parts' in parsed)) return !/^198\.1[89]\./.test(parsed.toString());
  return (parsed.parts[0] ?? 0) >> 13 === 1;
}

function refusal(rule: string, limit?: number): ChatError {
  return new ChatError('bad-subscription', `${FIELD} ${rule}`, { field: FIELD, limit });
}
