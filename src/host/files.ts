// A path below a root folder -> the text of the small file there, or whether a file is there; null if there is none.

import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param limit a longer file is cut; none of the files that we read should be large */
export function readHostFile(root: string, path: string, limit = 1024 * 1024): string | null {
  try {
    return readFileSync(join(root, path), 'utf8').slice(0, limit);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
}

/** Whether anything is at a path, also a link; null if that cannot be known. The caller knows that no look on the way can hang. */
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
