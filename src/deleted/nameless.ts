// Names for a file that the kernel prints as `/`: it was mounted on a path of its own, and whoever unlinked that path detached
// the mount. systemd mounts so with ExecPaths= and BindPaths=, and a package's upgrade unlinks. No table says where the mount
// was, so that a name is either inferred, and labelled so, or says that there is none. mount_namespaces(7), d_path(9).

import type { DeletedMap } from '../documents/generated/report.ts';
import { fileName } from '../path-evidence.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Evidence } from './evidence.ts';
import { lookAt, placeByPath } from './place.ts';

export interface Name {
  path: Bytes;
  /** kernel: printed by the kernel. command_line, process_name: inferred from what the process says of itself. none: no path. */
  pathSource: NonNullable<DeletedMap['path_source']>;
}

export const isNameless = (path: Bytes): boolean => path === '/';

/** Whether a file was made without a name (O_TMPFILE): the kernel prints its inode as one. */
export function isNamedByInode(path: Bytes, inode: bigint | null): boolean {
  return inode !== null && path.includes('/#') && path.endsWith(`/#${inode}`);
}

/** The text that stands for the path of a file without one; it tells two such files of a process apart. */
export function nameByInode(inode: bigint | null, device: string | null): Name {
  const which = inode === null ? '' : `, inode ${inode}${device === null ? '' : ` on ${device}`}`;
  return { path: `(mount point removed${which})`, pathSource: 'none' };
}

/** Where programs are looked for by a process's name. hier(7) */
const programFolders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/libexec', '/usr/local/sbin', '/usr/local/bin'];

/** comm holds so many bytes; a longer name is cut off (TASK_COMM_LEN). */
const longestName = 15;

/** How many symlinks may lead to a program, as from redis-server to redis-check-rdb. */
const mostLinks = 8;

/** The program of a process by its own words; null if they lead to nothing. */
export function inferProgram(evidence: Evidence): Name | null {
  const { commandLine, name } = evidence;
  const [first = ''] = commandLine.split('\0', 1);
  // A daemon that writes its title over the command line leaves no NUL between the words.
  const spoken = [first, first.split(' ', 1)[0] ?? ''].filter(isPlainPath);
  const named = spoken.find((path) => fileName(path).slice(0, longestName) === name);
  const said = firstOf(spoken, evidence) ?? named;
  if (said !== undefined) return { path: said, pathSource: 'command_line' };
  if (name.length >= longestName) return null;
  const usual = programFolders.map((folder) => `${folder}/${name}`).filter(isPlainPath);
  const found = firstOf(usual, evidence);
  return found === undefined ? null : { path: found, pathSource: 'process_name' };
}

/** The first path at which a regular file is, as the kernel would print it: where the links lead to. */
function firstOf(paths: readonly Bytes[], evidence: Evidence): Bytes | undefined {
  for (const path of paths) {
    let at: Bytes | null = path;
    for (let links = 0; at !== null && links <= mostLinks; links++) {
      const look = lookAt(at, placeByPath(at, evidence), evidence.ownView);
      if (look.kind !== 'file') break;
      if (look.regular) return at;
      at = look.target;
    }
  }
  return undefined;
}

/** An absolute path without empty or dotted components. */
const isPlainPath = (path: Bytes): boolean => /^(?:\/(?!\.{1,2}(?:\/|$))[^/]+)+$/.test(path);
