import ipaddr from 'ipaddr.js';

/** Bits of an IPv6 address that identify a network. Providers assign one per customer, who can use any address in it. */
const IPV6_PREFIX_BITS = 64;
/** The key of any text from a proxy that is not an address. */
const UNKNOWN = 'unknown';

/**
 * The key under which an address is counted: an IPv4 address as it is, also where it is mapped to IPv6 (`::ffff:a.b.c.d`),
 * and an IPv6 address by its /64. A port, which some proxies add, is left out.
 * @returns null for addresses that are not counted: an unknown one, and those of this machine
 */
export function addressGroup(address: string | undefined): string | null {
  if (!address) return null;
  const parsed = parse(address);
  if (!parsed) return UNKNOWN;
  if (parsed.range() === 'loopback') return null;
  if (!('parts' in parsed)) return parsed.toString();
  const network = parsed.parts.slice(0, IPV6_PREFIX_BITS / 16).map((part) => part.toString(16));
  return `${network.join(':')}::/${IPV6_PREFIX_BITS}`;
}

/** Whether an address is one of this machine, `127.0.0.0/8` or `::1`. */
export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && parse(address)?.range() === 'loopback';
}

function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const [, bracketed, plain] = /^\[([^\]]*)\](?::\d+)?$|^([^:]*):\d+$/.exec(address) ?? [];
  // The zone (`%eth0`) is an interface of this machine and not the client's network.
  const [host = ''] = (bracketed ?? plain ?? address).split('%');
  return ipaddr.isValid(host) ? ipaddr.process(host) : null;
}
