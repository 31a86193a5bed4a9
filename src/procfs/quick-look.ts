// One process by path -> whether anything in it may be gone, as cheaply as possible. The quick look decides only that there is
// nothing to report. Everything that is reported is read again while /proc/PID is held open (process.ts).

import { readdirSync, readlinkSync } from 'node:fs';
import { mayNameGoneFile } from './maps.ts';
import { readAsText, readToSearch, type Trouble, troubleOf } from './reader.ts';
import { parseStat } from './stat.ts';

export type QuickLook = Clean | { kind: 'kernel_thread' } | { kind: Trouble } | Suspicious;

/** `program`: the text of the exe link; null if the maps were not looked at. */
export interface Clean {
  kind: 'clean';
  program: string | null;
}

export interface Suspicious {
  kind: 'suspicious';
  /** The leader has exited while other threads live, so its own maps and fds are empty. */
  leaderExited: boolean;
}

const clean: QuickLook = { kind: 'clean', program: null };

/** Whether a link in fd/ or exe may name a gone file. */
export function linkMayBeGone(link: string): boolean {
  return (
    link.endsWith(' (deleted)') ||
    link.startsWith('(deleted)') ||
    link.includes('/.nfs') ||
    link.includes('/.fuse_hidden')
  );
}

/** @param include which of maps and fds to look at; the executable is one of the maps. */
export function quickLook(directory: string, include: { maps: boolean; fds: boolean }): QuickLook {
  let trouble: Trouble | null = null;
  const attempt = (look: () => boolean): boolean => {
    try {
      return look();
    } catch (error) {
      // maps of half a gigabyte or more do not fit into a text. The long look reads them as bytes.
      if ((error as NodeJS.ErrnoException).code === 'ERR_STRING_TOO_LONG') return true;
      trouble = worse(trouble, troubleOf(error));
      return false;
    }
  };
  let mapsEmpty = false;
  let program: string | null = null;
  const found =
    attempt(() => {
      const maps = readToSearch(`${directory}/maps`);
      mapsEmpty = maps.length === 0;
      return include.maps && mayNameGoneFile(maps);
    }) ||
    (!mapsEmpty &&
      include.maps &&
      attempt(() => {
        program = readProgram(directory);
        return program === null || linkMayBeGone(program);
      })) ||
    (!mapsEmpty && include.fds && attempt(() => someFdMayBeGone(`${directory}/fd`)));
  if (found) return { kind: 'suspicious', leaderExited: false };
  if (mapsEmpty || trouble !== null) {
    // Only ASCII fields are used, so the encoding of the name does not matter.
    const stat = readOrTrouble(() => parseStat(readAsText(`${directory}/stat`)));
    if (stat === 'vanished' || stat === null) return { kind: 'vanished' };
    if (typeof stat === 'string') return { kind: stat };
    if (stat.kernelThread) return { kind: 'kernel_thread' };
    // If a leader exits while its threads live, its maps are empty, or give ESRCH on newer kernels.
    if (stat.state === 'Z' && stat.threads > 1) return { kind: 'suspicious', leaderExited: true };
    // A zombie maps nothing and holds nothing, whether or not we may read it.
    if (stat.state === 'Z' || stat.state === 'X') return clean;
    const unread = mapsEmpty || trouble === 'vanished';
    if (unread && stat.exiting) return { kind: 'vanished' };
    // Another process has the PID now, or exec(2) changed what was being read. The long look reads again while it holds the process.
    if (unread) return { kind: 'suspicious', leaderExited: false };
  }
  return trouble === null ? { kind: 'clean', program } : { kind: trouble };
}

function readOrTrouble<T>(read: () => T): T | Trouble {
  try {
    return read();
  } catch (error) {
    return troubleOf(error);
  }
}

const ranks: Record<Trouble, number> = { vanished: 0, failed: 1, denied: 2 };

/** The more telling of two troubles. */
export function worse(a: Trouble | null, b: Trouble): Trouble {
  return a !== null && ranks[a] >= ranks[b] ? a : b;
}

/** Returns null if the path is too long to print. If the program is mapped, maps has it too. */
function readProgram(directory: string): string | null {
  try {
    return readlinkSync(`${directory}/exe`, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') return null;
    throw error;
  }
}

function someFdMayBeGone(directory: string): boolean {
  for (const fd of readdirSync(directory, 'latin1')) {
    try {
      if (linkMayBeGone(readlinkSync(`${directory}/${fd}`, 'latin1'))) return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A descriptor that was closed since the listing is no concern. If its path is too long to print, the long look decides.
      if (code === 'ENAMETOOLONG') return true;
      if (code !== 'ENOENT') throw error;
    }
  }
  return false;
}
