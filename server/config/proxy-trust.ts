import proxyAddr from 'proxy-addr';

/** Whether the peer at `address`, `hop` connections from this server, is a proxy whose `X-Forwarded-*` headers are trusted. */
export type ProxyTrust = (address: string, hop: number) => boolean;

/** @param trustProxy value of the Express setting "trust proxy": a number of hops, or addresses and names of ranges separated by commas */
export function proxyTrust(trustProxy: string | number): ProxyTrust {
  if (typeof trustProxy === 'number') return (_address, hop) => hop < trustProxy;
  return proxyAddr.compile(trustProxy.split(/,\s*/));
}
