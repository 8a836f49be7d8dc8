import proxyAddr from 'proxy-addr';

/** Whether a peer at this distance, in hops, is a proxy whose `X-Forwarded-*` headers are trusted. */
export type ProxyTrust = (address: string, hop: number) => boolean;

/** @param trustProxy Express' setting "trust proxy": a number of hops, or addresses and names of ranges by commas */
export function proxyTrust(trustProxy: string | number): ProxyTrust {
  if (typeof trustProxy === 'number') return (_address, hop) => hop < trustProxy;
  return proxyAddr.compile(trustProxy.split(/,\s*/));
}
