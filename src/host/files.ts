// A path below a root folder -> the text of the small file there, or whether a file is there; null if there is none.

import { lstatSync } from 'node:fs';
import { readShared } from '../procfs/reader.ts';

/** @param limit no more bytes of a file are read; none of the files that we read should be large */
export function readHostFile(
  root: string,
  path: string,
  limit = 1024 * 1024,
  encoding: 'utf8' | 'latin1' = 'utf8',
): string | null {
  try {
    return readShared(`${root}/${path}`, limit).toString(encoding);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
}

/** Whether anything is at a path, also a link; null if that cannot be known. The caller knows that no look on the way can hang. */
export function hostFileExists(root: string, path: string): boolean | null {
  try {
    lstatSync(`${root}/${path}`);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code === 'ENOENT' || code === 'ENOTDIR' ? false : null;
  }
}
