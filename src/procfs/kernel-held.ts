// The kernel's lists of loop devices and swap areas -> gone files that the kernel itself uses, which no process shows.
// sysfs-block (loop/backing_file), proc_swaps(5); kernel: loop_attr_backing_file_show(), swap_show().

import { readdirSync } from 'node:fs';
import type { Bytes } from './bytes.ts';
import { unescapeOctal } from './mountinfo.ts';
import { orNull, readBytes } from './reader.ts';
import type { PathLook } from './view.ts';

export interface KernelHeldFile {
  holder: 'loop' | 'swap';
  /** The device, as in /dev/loop0; null for swap. */
  device: string | null;
  /** The path without the kernel's mark. */
  path: Bytes;
  /** Size of the device or swap area; null if it could not be read. */
  sizeBytes: number | null;
  /** Bytes that go free when the kernel lets the file go; null if that is not known, because the file may have holes. */
  heldBytes: number | null;
}

export interface KernelPlaces {
  /** The mount point of sysfs: /sys, except in tests. */
  sysPath: string;
  procPath: string;
  /** Looks at a path now. The look must not hang: the file of a loop device may be on a mount that does not answer. */
  look: (path: Bytes) => PathLook;
}

/** d_path() appends this to the path of an unlinked file. The name of a file that is not gone may end like this too. */
const mark = ' (deleted)';
const sectorBytes = 512;

/** The files, sorted by holder and device; null if one of the two lists cannot be read. */
export function readKernelHeld(places: KernelPlaces): KernelHeldFile[] | null {
  const loops = readLoops(places);
  const swaps = readSwaps(places);
  return loops === null || swaps === null ? null : [...loops, ...swaps];
}

function readLoops({ sysPath, look }: KernelPlaces): KernelHeldFile[] | null {
  const names = orNull(() => readdirSync(`${sysPath}/block`))?.filter((name) => /^loop[0-9]+$/.test(name));
  if (names === undefined) return null;
  return names
    .sort((a, b) => Number(a.slice(4)) - Number(b.slice(4)))
    .flatMap((name) => {
      // A device that is not in use does not have this folder.
      const file = orNull(() => readBytes(`${sysPath}/block/${name}/loop/backing_file`))?.replace(/\n$/, '');
      const path = file === undefined ? null : nameGone(file, look);
      if (path === null) return [];
      const sectors = parseCount(orNull(() => readBytes(`${sysPath}/block/${name}/size`)) ?? '');
      const sizeBytes = sectors === null ? null : sectors * sectorBytes;
      return [{ holder: 'loop' as const, device: `/dev/${name}`, path, sizeBytes, heldBytes: null }];
    });
}

/** The printed size leaves out the first page of the area, which is its header. */
function readSwaps({ procPath, look }: KernelPlaces): KernelHeldFile[] | null {
  const text = orNull(() => readBytes(`${procPath}/swaps`));
  // A kernel without swap support does not have the file.
  if (text === null) return orNull(() => readBytes(`${procPath}/version`)) === null ? null : [];
  return text.split('\n').flatMap((line) => {
    const [, escaped, kibibytes] = /^(\/\S*)\s+file\s+([0-9]+)\s/.exec(line) ?? [];
    const path = escaped === undefined ? null : nameGone(unescapeOctal(escaped), look);
    if (path === null) return [];
    const size = parseCount(kibibytes ?? '');
    const bytes = size === null ? null : size * 1024;
    return [{ holder: 'swap' as const, device: null, path, sizeBytes: bytes, heldBytes: bytes }];
  });
}

/** Returns the path without the mark; null if the file is not gone. */
function nameGone(printed: Bytes, look: KernelPlaces['look']): Bytes | null {
  if (!printed.endsWith(mark)) return null;
  return look(printed).kind === 'file' ? null : printed.slice(0, -mark.length);
}

function parseCount(text: string): number | null {
  const count = Number(/^([0-9]{1,15})\s*$/.exec(text)?.[1] ?? Number.NaN);
  return Number.isSafeInteger(count * 1024) ? count : null;
}
