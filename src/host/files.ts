// Reads small text files of the host below a root folder; what is not there is null.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param limit what is longer than this is cut: none of those that we read is meant to be large */
export function readHostFile(root: string, path: string, limit = 1024 * 1024): string | null {
  try {
    return readFileSync(join(root, path), 'utf8').slice(0, limit);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
}
