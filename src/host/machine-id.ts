// machine-id(5) -> the id by which reports name this host. The raw id is confidential and stays at home: it is the key of
// an HMAC over our own application id, as that page asks.

import { hmac } from '@noble/hashes/hmac';
import { sha256 } from '@noble/hashes/sha2';
import { readHostFile } from './files.ts';

/** Drawn at random once and never to be changed: every host would get another id. */
const applicationId = Buffer.from('5d1c3f0a94b24e6f8c07e2a61b9d4f38', 'hex');

/**
 * 32 hexadecimal digits; null where the host has no machine id, or none yet. An image that is still to boot has the first
 * file empty or "uninitialized": the second is not asked then, since it would be the same in every clone.
 */
export function readHostId(root: string): string | null {
  return deriveHostId(readHostFile(root, 'etc/machine-id') ?? readHostFile(root, 'var/lib/dbus/machine-id') ?? '');
}

export function deriveHostId(machineId: string): string | null {
  const digits = machineId.trim();
  if (!/^[0-9a-fA-F]{32}$/.test(digits) || /^0+$/.test(digits)) return null;
  // Not node:crypto: loading OpenSSL takes longer than reading all of /proc on a quiet host.
  const digest = hmac(sha256, Buffer.from(digits, 'hex'), applicationId);
  return Buffer.from(digest).toString('hex').slice(0, 32);
}
