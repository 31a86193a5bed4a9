// A process whose program the kernel prints as `/` (see nameless.ts) -> the program's path, by what the process says of itself and
// what is at the path now. proc_pid_cmdline(5), proc_pid_comm(5).

import { fileName } from '../path-evidence.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Evidence } from './evidence.ts';
import type { Name } from './nameless.ts';
import { lookAt, placeByPath } from './place.ts';

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
