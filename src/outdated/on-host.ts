// The questions that the rules of this folder have about files of the host. The scan answers them by looks that cannot hang: see
// src/scan/host-files.ts.

/** Times are milliseconds since the epoch. */
export interface HostFile {
  /** The path without links. */
  path: string;
  regular: boolean;
  /** null if the file system does not tell. */
  bornAt: number | null;
  modifiedAt: number;
}

export interface HostFiles {
  /** Follows links that only root could have made. Returns 'absent' if nothing is there, 'unknown' if we could not, or must not, look. */
  find: (path: string) => HostFile | 'absent' | 'unknown';
  /** The text of a link that only root could have made, as a path from the root; null for anything else. */
  linkAt: (path: string) => string | null;
  /** The first bytes of a regular file; null if they cannot be read. */
  beginningOf: (path: string, most: number) => string | null;
  /** The whole text of a file that only root could have written, as a file of configuration; null for anything else. */
  textOf: (path: string) => string | null;
  /** The names in a folder that only root can change, in the order of their bytes; null if they may not be all. */
  namesIn: (path: string) => readonly string[] | null;
}
