// A first look at one process by path, as cheap as can be: is there anything that may be gone?
// It decides only that there is nothing to report; what is reported is read again while /proc/PID is held open (process.ts).

import { readdirSync, readlinkSync } from 'node:fs';
import { mayNameGoneFile } from './maps.ts';
import { readAsText, type Trouble, troubleOf } from './reader.ts';
import { parseStat } from './stat.ts';

export type QuickLook = { kind: 'clean' } | { kind: 'kernel_thread' } | { kind: Trouble } | Suspicious;

export interface Suspicious {
  kind: 'suspicious';
  /** The leader has exited while other threads live: its own maps and fds are empty. */
  leaderExited: boolean;
}

const clean: QuickLook = { kind: 'clean' };

/** Whether a link of fd/ or exe may name a gone file. */
export function linkMayBeGone(link: string): boolean {
  return (
    link.endsWith(' (deleted)') ||
    link.startsWith('(deleted)') ||
    link.includes('/.nfs') ||
    link.includes('/.fuse_hidden')
  );
}

/** @param include which of maps and fds to look at; the executable belongs to the maps. */
export function quickLook(directory: string, include: { maps: boolean; fds: boolean }): QuickLook {
  let trouble: Trouble | null = null;
  const attempt = (look: () => boolean): boolean => {
    try {
      return look();
    } catch (error) {
      // Of a gigabyte of maps there is no text: the long look takes it as bytes.
      if ((error as NodeJS.ErrnoException).code === 'ERR_STRING_TOO_LONG') return true;
      trouble = worse(trouble, troubleOf(error));
      return false;
    }
  };
  let mapsEmpty = false;
  const found =
    attempt(() => {
      const maps = readAsText(`${directory}/maps`);
      mapsEmpty = maps.length === 0;
      return include.maps && mayNameGoneFile(maps);
    }) ||
    (!mapsEmpty && include.maps && attempt(() => programMayBeGone(directory))) ||
    (!mapsEmpty && include.fds && attempt(() => someFdMayBeGone(`${directory}/fd`)));
  if (found) return { kind: 'suspicious', leaderExited: false };
  if (mapsEmpty || trouble !== null) {
    // Its name, in whatever encoding, is not asked for.
    const stat = readOrTrouble(() => parseStat(readAsText(`${directory}/stat`)));
    if (stat === 'vanished' || stat === null) return { kind: 'vanished' };
    if (typeof stat === 'string') return { kind: stat };
    if (stat.kernelThread) return { kind: 'kernel_thread' };
    // A leader that exited while its threads live shows empty maps, or ESRCH on newer kernels.
    if (stat.state === 'Z' && stat.threads > 1) return { kind: 'suspicious', leaderExited: true };
    // A zombie maps and holds nothing, whoever asks.
    if (stat.state === 'Z' || stat.state === 'X') return clean;
    const unread = mapsEmpty || trouble === 'vanished';
    if (unread && stat.exiting) return { kind: 'vanished' };
    // The PID is another process's by now, or exec(2) took away what was being read: look again, while it is held open.
    if (unread) return { kind: 'suspicious', leaderExited: false };
  }
  return trouble === null ? clean : { kind: trouble };
}

function readOrTrouble<T>(read: () => T): T | Trouble {
  try {
    return read();
  } catch (error) {
    return troubleOf(error);
  }
}

const ranks: Record<Trouble, number> = { vanished: 0, failed: 1, denied: 2 };

/** Of two troubles the one that says more. */
export function worse(a: Trouble | null, b: Trouble): Trouble {
  return a !== null && ranks[a] >= ranks[b] ? a : b;
}

function programMayBeGone(directory: string): boolean {
  try {
    return linkMayBeGone(readlinkSync(`${directory}/exe`, 'latin1'));
  } catch (error) {
    // A path too long to print: what is mapped of the program has it in maps.
    if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') return true;
    throw error;
  }
}

function someFdMayBeGone(directory: string): boolean {
  for (const fd of readdirSync(directory, 'latin1')) {
    try {
      if (linkMayBeGone(readlinkSync(`${directory}/${fd}`, 'latin1'))) return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Closed since it was listed: nothing of it is left. A path too long to print wants the long look.
      if (code === 'ENAMETOOLONG') return true;
      if (code !== 'ENOENT') throw error;
    }
  }
  return false;
}
