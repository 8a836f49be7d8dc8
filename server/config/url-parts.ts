import type { UrlPart, UrlParts } from './alternative-names.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The parts of a URL that an environment contains. */
export interface GivenParts {
  values: Partial<Record<UrlPart, string>>;
  /** The variables, in the order of their declaration. */
  names: string[];
  faults: string[];
  /** False: the parts do not denote a server. A password alone may belong to another program, such as docker compose. */
  isServer: boolean;
}

/** Kubernetes sets variables such as REDIS_PORT=tcp://10.0.0.1:6379 for each service of a namespace. */
const KUBERNETES_ADDRESS = /^(tcp|udp|sctp):\/\//;

const FORMATS: Partial<Record<UrlPart, { format: RegExp; rule: string }>> = {
  host: { format: /^([\w.-]+|\[?[0-9a-f:.]+\]?)$/i, rule: 'must be a host name or an IP address' },
  port: { format: /^[1-9]\d{0,4}$/, rule: 'must be a number from 1 to 65535' },
};

/** Collects the parts. A part with two names that have different values is a fault. */
export function givenParts({ variables, protocols }: UrlParts, env: Environment): GivenParts {
  const given: GivenParts = { values: {}, names: [], faults: [], isServer: false };
  for (const [part, names] of Object.entries(variables) as [UrlPart, readonly string[]][]) {
    for (const name of names) {
      const value = env[name];
      if (!value || KUBERNETES_ADDRESS.test(value)) continue;
      given.names.push(name);
      const other = given.values[part];
      if (other !== undefined && other !== value)
        given.faults.push(`${names.join(' and ')} have different values: remove one of them`);
      given.values[part] = value;
      const { format, rule = '' } = FORMATS[part] ?? {};
      if (format && !(format.test(value) && !(part === 'port' && Number(value) > 65_535)))
        given.faults.push(`${name} ${rule}`);
      if (part === 'protocol' && !protocols.includes(value))
        given.faults.push(`${name} must be ${protocols.join(' or ')}`);
    }
  }
  const { host, port, user } = given.values;
  given.isServer = (host ?? port ?? user) !== undefined;
  return given;
}

/** @param password replaces the password, for logs */
export function urlOf(
  { protocols: [protocol], credentials }: UrlParts,
  values: GivenParts['values'],
  password?: string,
): string {
  const secret = password ?? values.password ?? credentials?.password ?? '';
  const login = credentials
    ? `${encodeURIComponent(values.user ?? credentials.user)}:${encodeURIComponent(secret)}@`
    : '';
  return `${values.protocol ?? protocol}://${login}${bracketed(values.host ?? '127.0.0.1')}${values.port ? `:${values.port}` : ''}`;
}

/** The variables that contradict a URL. Parts that are not given agree with any URL. */
export function contradictions(parts: UrlParts, env: Environment, url: string): string[] {
  const { values } = givenParts(parts, env);
  const ofUrl = partsOf(url, parts);
  return Object.entries(parts.variables).flatMap(([part, names]) => {
    const value = values[part as UrlPart];
    const isEqual = value === undefined || ofUrl === null || sameText(value, ofUrl[part as UrlPart]);
    return isEqual ? [] : names.filter((name) => env[name] === value);
  });
}

/** Null for an invalid URL, whose format reports the fault. */
function partsOf(text: string, { port, credentials }: UrlParts): Record<UrlPart, string> | null {
  try {
    const url = new URL(text);
    return {
      protocol: url.protocol.replace(':', ''),
      host: url.hostname,
      port: url.port || port,
      user: decodeURIComponent(url.username) || (credentials?.user ?? ''),
      password: decodeURIComponent(url.password) || (credentials?.password ?? ''),
    };
  } catch {
    return null;
  }
}

function sameText(value: string, other: string): boolean {
  return value === other || bracketed(value).toLowerCase() === other.toLowerCase();
}

/** An IPv6 address in brackets, as in a URL. */
function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
