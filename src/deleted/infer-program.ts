// A process whose program the kernel prints as `/` (see nameless.ts) -> the program's path. It is inferred from the command line
// and the name of the process, and from the file that is at the path now. proc_pid_cmdline(5), proc_pid_comm(5).

import { fileName } from '../path-evidence.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Evidence } from './evidence.ts';
import type { Name } from './nameless.ts';
import { lookAt, placeByPath } from './place.ts';

/** Folders in which a program with the process's name is looked for. hier(7) */
const programFolders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/libexec', '/usr/local/sbin', '/usr/local/bin'];

/** The kernel cuts comm off after this many bytes (TASK_COMM_LEN). */
const longestName = 15;

/** Most symlinks that may lead to a program, as from redis-server to redis-check-rdb. */
const mostLinks = 8;

/** The program that the process itself names; null if no such file is there. */
export function inferProgram(evidence: Evidence): Name | null {
  const { commandLine, name } = evidence;
  const [first = ''] = commandLine.split('\0', 1);
  // A daemon that writes a title over its command line leaves no NUL between the words.
  const spoken = [first, first.split(' ', 1)[0] ?? ''].filter(isPlainPath);
  const named = spoken.find((path) => fileName(path).slice(0, longestName) === name);
  const said = firstOf(spoken, evidence) ?? named;
  if (said !== undefined) return { path: said, pathSource: 'command_line' };
  if (name.length >= longestName) return null;
  const usual = programFolders.map((folder) => `${folder}/${name}`).filter(isPlainPath);
  const found = firstOf(usual, evidence);
  return found === undefined ? null : { path: found, pathSource: 'process_name' };
}

/** The first of the paths that leads to a regular file, with its links resolved, as the kernel would print it. */
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
