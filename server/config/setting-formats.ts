import { z } from 'zod';
import { parseAllowedOrigin } from './allowed-origins.js';

declare module 'zod' {
  interface GlobalMeta {
    /** The setting without which this one has no effect. */
    effectiveWith?: string;
    /** The setting with which this one has no effect. */
    effectiveWithout?: string;
    /** The default as operators write it. */
    fallback?: string;
  }
}

/** Formats of settings. Their messages contain the name of a setting, never its value, which may be a secret. */

export const numberWithin = (name: string, min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `${name} must be a whole number`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `${name} must be from ${min} to ${max}`);

export const wholeNumber = (name: string, min: number, max: number, fallback: number) =>
  numberWithin(name, min, max).default(fallback);

const BYTE_UNITS = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 };

/** A number of bytes with an optional unit; units are powers of 1024. */
export const byteSize = (name: string, min: number) =>
  z
    .string()
    .regex(/^\d{1,15}(\.\d{1,3})? ?([KMGT]?B)?$/i, `${name} must be a number of bytes such as 500MB or 5GB`)
    .transform((text) => {
      const unit = /[a-z]+$/i.exec(text)?.[0].toUpperCase() ?? 'B';
      return Math.floor(Number.parseFloat(text) * BYTE_UNITS[unit as keyof typeof BYTE_UNITS]);
    })
    .refine((bytes) => bytes >= min, `${name} must be at least ${min / 1024 ** 2}MB`);

/** A size that may be 0. */
export const byteSizeOr = (name: string, fallback: string) =>
  byteSize(name, 0).prefault(fallback).meta({ fallback });

export const countLimit = (name: string, fallback: number) => wholeNumber(name, 0, 1_000_000, fallback);

export const port = (name: string, fallback: number) => wholeNumber(name, 0, 65535, fallback);

export const address = (name: string, protocols: string[]) =>
  z.string().refine(
    (text) => {
      try {
        return protocols.includes(new URL(text).protocol);
      } catch {
        return false;
      }
    },
    {
      abort: true,
      message: `${name} must be a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
    },
  );

export const webAddress = (name: string) =>
  address(name, ['https:', 'http:'])
    .refine((text) => new URL(text).username === '' && new URL(text).password === '', {
      abort: true,
      message: `${name} must not contain a user or a password`,
    })
    .refine((text) => !text.includes('#'), `${name} must not contain a fragment (#)`);

export const flag = (name: string, fallback: boolean) =>
  z
    .enum(['true', 'false'], `${name} must be true or false`)
    .default(fallback ? 'true' : 'false')
    .transform((text) => text === 'true');

/** A flag whose default depends on other settings. */
export const optionalFlag = (name: string) =>
  z
    .enum(['true', 'false'], `${name} must be true or false`)
    .transform((text) => text === 'true')
    .optional();

/** Host names as in a `Host` header, without ports: domain names, IPv4 addresses, IPv6 addresses in brackets. */
export const hostNames = (name: string) =>
  z
    .string()
    .transform((text) =>
      text
        .toLowerCase()
        .split(',')
        .map((host) => host.trim()),
    )
    .refine(
      (hosts) => hosts.every((host) => /^([a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(host)),
      `${name} must be host names separated by commas, without https:// and without ports`,
    );

/** Ids of users separated by commas. */
export const userIds = (name: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((id) => id.trim()))
    .refine(
      (ids) => ids.every((id) => id !== '' && id.length <= 255),
      `${name} must be ids of users separated by commas`,
    )
    .optional();

/** Origins as in an `Origin` header; see allowed-origins.ts. */
export const webOrigins = (name: string) =>
  z.string().transform((text, check) => {
    const origins = text.split(',').map((origin) => origin.trim());
    const wrong = origins.find((origin) => origin !== '' && parseAllowedOrigin(origin) === null);
    if (wrong !== undefined) check.addIssue({ code: 'custom', message: originFault(name, wrong) });
    return origins.filter((origin) => origin !== '');
  });

function originFault(name: string, origin: string): string {
  if (origin === '*')
    return `${name} must list origins: with *, every page on the web could use a server that only its visitors can reach`;
  return `${name} must be origins separated by commas, such as https://app.example.org or https://*.preview.example.org, without paths`;
}

/** Name of a queue. Brokers reserve names that begin with `amq.`. */
export const queueName = (name: string) =>
  z
    .string()
    .regex(
      /^(?!amq\.)[\w:.-]{1,100}$/,
      `${name} may contain only letters, digits and _ : . -, at most 100 characters`,
    );

/** A token that is sent in an `Authorization` header; restricted to characters that all clients encode in the same way. */
export const secretToken = (name: string) =>
  z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, `${name} must have at least 16 characters, all of them visible ASCII`);

/** A key of RFC 8292 in base64url. */
export const vapidKey = (name: string, length: number) =>
  z.string().regex(new RegExp(`^[\\w-]{${length}}$`), `${name} must have ${length} letters, digits, - or _`);

/** PEM text. For variables that cannot hold line breaks, lines may be separated by the two characters `\n`. */
export const certificate = (name: string) =>
  z
    .string()
    .regex(
      /-----BEGIN CERTIFICATE-----/,
      `${name} must be PEM text that contains -----BEGIN CERTIFICATE-----`,
    )
    .transform((text) => text.replaceAll('\\n', '\n'));
