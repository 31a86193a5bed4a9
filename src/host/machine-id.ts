// machine-id(5) -> the id that reports give this host. The raw id is confidential and is never printed: it is the key of
// an HMAC over our own application id, as the manual page asks.

import { readHostFile } from './files.ts';
import { hmacSha256 } from './hmac.ts';

/** Chosen at random once. It must never change, because every host would get another id. */
const applicationId = Buffer.from('5d1c3f0a94b24e6f8c07e2a61b9d4f38', 'hex');

/**
 * 32 hexadecimal digits; null if the host has no machine id, or none yet. In an image that was never booted the first file is
 * empty or "uninitialized". The second file is not read then, because every clone of the image has the same one.
 */
export function readHostId(root: string): string | null {
  return deriveHostId(readHostFile(root, 'etc/machine-id') ?? readHostFile(root, 'var/lib/dbus/machine-id') ?? '');
}

export function deriveHostId(machineId: string): string | null {
  const digits = machineId.trim();
  if (!/^[0-9a-fA-F]{32}$/.test(digits) || /^0+$/.test(digits)) return null;
  const digest = hmacSha256(Buffer.from(digits, 'hex'), applicationId);
  return Buffer.from(digest).toString('hex').slice(0, 32);
}
