// A script of a package, which was made after a process had begun -> whether its content is still the package's. If not, somebody replaced
// it by hand, although the package has the same version.

import type { Bytes } from '../procfs/bytes.ts';
import type { Digest } from './recorded-digests.ts';

/** unknown: no digest is recorded, or the script was not read as a whole. */
export type Content = 'of_package' | 'changed' | 'unknown';

/** A longer script is not read. */
export const longestScript = 4 * 1024 * 1024;

/** @param text the script, or its first `longestScript` + 1 bytes; null if it cannot be read */
export async function compareContent(text: Bytes | null, recorded: Digest | null): Promise<Content> {
  if (text === null || text.length > longestScript || recorded === null) return 'unknown';
  // Loaded only here, because OpenSSL takes milliseconds to load.
  const { createHash } = await import('node:crypto');
  try {
    const hex = createHash(recorded.algorithm).update(Buffer.from(text, 'latin1')).digest('hex');
    return hex === recorded.hex ? 'of_package' : 'changed';
  } catch {
    // A host in FIPS mode may refuse MD5.
    return 'unknown';
  }
}
