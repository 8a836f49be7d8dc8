import { createECDH } from 'node:crypto';
import type { SettingName } from './settings.js';

/** A key pair (P-256) that identifies a server to push services, RFC 8292: base64url. */
export interface VapidKeys {
  publicKey: string;
  privateKey: string;
}

export interface PushConfig {
  /** Null: not configured. */
  keys: VapidKeys | null;
  /** How push services can reach the operator; null: the address of the page. */
  subject: string | null;
}

type Settings = Readonly<Partial<Record<SettingName, string>>>;

/** Push services would refuse each message, and only they would notice. */
export function pushFaults({ VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY }: Settings): string[] {
  if (!VAPID_PUBLIC_KEY && !VAPID_PRIVATE_KEY) return [];
  if (!VAPID_PUBLIC_KEY || !VAPID_PRIVATE_KEY)
    return ['VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY must be set together: npx web-push generate-vapid-keys'];
  if (publicKeyOf(VAPID_PRIVATE_KEY) === VAPID_PUBLIC_KEY) return [];
  return ['VAPID_PUBLIC_KEY is not the public key of VAPID_PRIVATE_KEY'];
}

function publicKeyOf(privateKey: string): string | null {
  const curve = createECDH('prime256v1');
  try {
    curve.setPrivateKey(privateKey, 'base64url');
    return curve.getPublicKey('base64url');
  } catch {
    return null;
  }
}
