/** An entry of ALLOWED_ORIGINS. */
export interface AllowedOrigin {
  /** Compares the value of an `Origin` header, which browsers send in canonical form. */
  matches(origin: string): boolean;
}

/** `scheme://host` with an optional port, as browsers send it; a host can begin with `*.`. */
const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/(\*\.)?([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/;
const WEB_SCHEMES = new Set(['http', 'https']);

/**
 * An origin whose pages may use this server: `https://app.example.org`, or `https://*.preview.example.org`, in which `*`
 * stands for one label. Schemes of apps (`capacitor://localhost`) are compared as they are.
 * @returns null for a text that is no origin, for `*` and `null`, and for a wildcard in front of fewer than two labels
 */
export function parseAllowedOrigin(text: string): AllowedOrigin | null {
  const [, scheme = '', wildcard, host = '', port = ''] = ORIGIN.exec(text.toLowerCase()) ?? [];
  if (host === '') return null;
  if (wildcard) return WEB_SCHEMES.has(scheme) ? parseWildcard(scheme, host, port) : null;
  const origin = WEB_SCHEMES.has(scheme)
    ? canonical(`${scheme}://${host}${port}`)
    : `${scheme}://${host}${port}`;
  return origin === null ? null : { matches: (other) => other === origin };
}

function parseWildcard(scheme: string, host: string, port: string): AllowedOrigin | null {
  // `https://*.org` would allow all owners of a domain in org.
  const origin = /^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(host)
    ? canonical(`${scheme}://x.${host}${port}`)
    : null;
  if (origin === null) return null;
  const start = `${scheme}://`;
  const end = origin.slice(`${start}x`.length);
  return {
    matches: (other) => {
      const label = other.slice(start.length, -end.length);
      return other === start + label + end && /^[a-z0-9_-]+$/.test(label);
    },
  };
}

/** The origin without a default port; null for an invalid one. */
function canonical(text: string): string | null {
  return URL.canParse(text) ? new URL(text).origin : null;
}
