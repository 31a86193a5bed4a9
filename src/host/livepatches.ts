// /sys/kernel/livepatch -> the live patches of the running kernel. Documentation/ABI/testing/sysfs-kernel-livepatch of the kernel.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytes } from '../documents/compare-bytes.ts';
import type { Livepatch } from '../documents/generated/report.ts';
import { hostFileExists, readHostFile } from './files.ts';

const folder = 'sys/kernel/livepatch';

/** By name; empty also if the kernel has no live patching, null if sysfs cannot be read. A patch that is not in force is left out. */
export function readLivepatches(root: string): Livepatch[] | null {
  return (
    listPatches(root)?.flatMap((name) => {
      const state = readState(root, name);
      return state === 'disabled' ? [] : [{ name, state }];
    }) ?? null
  );
}

function listPatches(root: string): string[] | null {
  try {
    return readdirSync(join(root, folder)).sort(compareBytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code === 'ENOENT' && hostFileExists(root, 'sys/kernel') === true ? [] : null;
  }
}

function readState(root: string, name: string): Livepatch['state'] | 'disabled' {
  const [enabled, transition] = ['enabled', 'transition'].map((file) => readFlag(root, `${folder}/${name}/${file}`));
  if (enabled === null || transition === null) return null;
  if (transition) return 'transition';
  return enabled ? 'enabled' : 'disabled';
}

function readFlag(root: string, path: string): boolean | null {
  const text = readHostFile(root, path)?.trim();
  return text === '1' || (text === '0' ? false : null);
}
