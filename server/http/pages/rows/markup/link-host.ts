/**
 * A label of a host in one script, whose letters do not look like those of another script. Latin letters with accents are
 * included, the dotless i is not.
 */
const CLEAR_LABEL =
  /^(?:[a-z\d\u00df-\u0130\u0132-\u017f-]*|[\d\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}ー-]*|[\d\p{sc=Arab}-]*|[\d\p{sc=Hebr}-]*|[\d\p{sc=Deva}-]*|[\d\p{sc=Thai}-]*)$/u;

/** Cyrillic and Greek letters look like Latin ones: they are clear where the top-level domain is of that script too. */
const CLEAR_HOST = /^(?:[\d\p{sc=Cyrl}.-]+|[\d\p{sc=Grek}.-]+)$/u;

/**
 * The host to which a link leads, if its text suggests another one: `google.com@evil.com`, or `аррӏе.com` with Cyrillic
 * letters.
 * @param authority the text between `//` and the path
 * @param hostname as URL parses it: in ASCII
 */
export function hiddenHost(authority: string, hostname: string): string | undefined {
  const shown = authority.replace(/:\d*$/u, '').toLowerCase();
  if (shown === hostname || CLEAR_HOST.test(shown)) return undefined;
  return shown.split('.').every((label) => CLEAR_LABEL.test(label)) && isName(hostname)
    ? undefined
    : hostname;
}

/** False for an IP address, which has other notations, such as `0x7f.1` for 127.0.0.1. */
const isName = (hostname: string) => /[a-z]/u.test(hostname);

/** Text that looks like an address: a dot between a word and a name, or a scheme. */
const LIKE_ADDRESS = /(?<![\p{L}\p{N}.-])[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}|:\/\//gu;

/**
 * The host to which a link with a text of its own leads, if the text looks like another address: `[bank.example](https://evil.com)`.
 * @param href as URL writes it
 */
export function namedHost(text: string, href: string): string | undefined {
  const { hostname, pathname, protocol } = new URL(href);
  const host = protocol === 'mailto:' ? pathname : hostname;
  // Full stops of other scripts, and invisible characters between letters.
  const shown = text
    .normalize('NFKC')
    .replaceAll(/[\p{Cf}\p{M}]/gu, '')
    .replaceAll(/[\u3002\u2024]/gu, '.');
  const names = shown.toLowerCase().match(LIKE_ADDRESS) ?? [];
  const isHonest = names.every(
    (name) => name === '://' || host === name || host === `www.${name}` || host.endsWith(`@${name}`),
  );
  return isHonest ? undefined : host;
}
