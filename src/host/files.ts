// Reads small text files of the host below a root folder, or asks whether a file is there; what is not there is null.

import { lstatSync, readFileSync } from 'node:fs';
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

/** Whether anything is at a path, a link too; null if that cannot be known. The caller knows that no look on the way can hang. */
export function hostFileExists(root: string, path: string): boolean | null {
  try {
    lstatSync(join(root, path));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code === 'ENOENT' || code === 'ENOTDIR' ? false : null;
  }
}
