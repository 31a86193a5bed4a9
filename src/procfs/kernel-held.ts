// Gone files that the kernel itself goes on using, so that no process shows them: the files of loop devices and of swap.
// Sources of truth: sysfs-block (loop/backing_file), proc_swaps(5); kernel: loop_attr_backing_file_show(), swap_show().

import { readdirSync } from 'node:fs';
import type { Bytes } from './bytes.ts';
import { unescapeOctal } from './mountinfo.ts';
import { orNull, readBytes } from './reader.ts';
import type { PathLook } from './view.ts';

export interface KernelHeldFile {
  holder: 'loop' | 'swap';
  /** As in /dev/loop0; null for swap. */
  device: string | null;
  /** Without the kernel's mark. */
  path: Bytes;
  /** Of the device or the swap area, null if it could not be read. */
  sizeBytes: number | null;
  /** What goes free when the kernel lets go; null if that is not known, as of a file that may have holes. */
  heldBytes: number | null;
}

export interface KernelPlaces {
  /** Where sysfs is mounted: /sys but in tests. */
  sysPath: string;
  procPath: string;
  /** What the path names now. It must come back: the file of a loop device may lie on a mount that does not answer. */
  look: (path: Bytes) => PathLook;
}

/** What d_path() puts behind the path of a file that was unlinked; a living file may have a name that ends so. */
const mark = ' (deleted)';
const sectorBytes = 512;

/** By holder and device; null if one of the two places cannot be read. */
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
      // A device that is not in use has no such folder.
      const file = orNull(() => readBytes(`${sysPath}/block/${name}/loop/backing_file`))?.replace(/\n$/, '');
      const path = file === undefined ? null : nameGone(file, look);
      if (path === null) return [];
      const sectors = parseCount(orNull(() => readBytes(`${sysPath}/block/${name}/size`)) ?? '');
      const sizeBytes = sectors === null ? null : sectors * sectorBytes;
      return [{ holder: 'loop' as const, device: `/dev/${name}`, path, sizeBytes, heldBytes: null }];
    });
}

/** The size leaves out the first page, which is the header of the area. */
function readSwaps({ procPath, look }: KernelPlaces): KernelHeldFile[] | null {
  const text = orNull(() => readBytes(`${procPath}/swaps`));
  // A kernel without support for swap has no such file.
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

/** The path without the mark, null if the file is not gone. */
function nameGone(printed: Bytes, look: KernelPlaces['look']): Bytes | null {
  if (!printed.endsWith(mark)) return null;
  return look(printed).kind === 'file' ? null : printed.slice(0, -mark.length);
}

function parseCount(text: string): number | null {
  const count = Number(/^([0-9]{1,15})\s*$/.exec(text)?.[1] ?? Number.NaN);
  return Number.isSafeInteger(count * 1024) ? count : null;
}
