// Marks of systems that boot a whole image -> the reasons for a reboot. ostree-prepare-root and ostree-sysroot make the files in
// /run/ostree; NixOS links the booted and the current system in /run. bootc and rpm-ostree stage by ostree.

import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { RebootReason } from '../documents/generated/report.ts';
import { formatTimeNs } from '../documents/time.ts';
import { readChangedNs } from './file-times.ts';
import { hostFileExists } from './files.ts';

/** Exists only if the host was booted from ostree: a container has no such file, though its image may be of ostree. */
const ostreeBooted = 'run/ostree-booted';
const staged = '/run/ostree/staged-deployment';
/** While it exists, a reboot boots the old image again. */
const stagedLock = 'run/ostree/staged-deployment-locked';

const bootedSystem = 'run/booted-system';
const currentSystem = 'run/current-system';
/** The links of a system that only a boot loads; a switch activates the others. */
const parts = ['kernel', 'initrd', 'kernel-modules'] as const;

/** Whether the newest deployment is the booted one is not read from the boot loader, because the root may be a composefs. */
export function readStagedImage(root: string): RebootReason[] {
  const isStaged = [ostreeBooted, staged].every((path) => hostFileExists(root, path) === true);
  if (!isStaged || hostFileExists(root, stagedLock) !== false) return [];
  return [{ code: 'image_staged', path: staged, since: formatTimeNs(readChangedNs(join(root, staged))) }];
}

/** A link that cannot be read differs from nothing. */
export function readSwitchedSystem(root: string): RebootReason[] {
  const [booted, current] = [readLink(root, bootedSystem), readLink(root, currentSystem)];
  // Most hosts end here, and so does a NixOS that was not switched: the store is not looked at.
  if (booted === null || current === null || booted === current) return [];
  const differing = parts.filter((part) => {
    const [before, now] = [readLink(root, `${bootedSystem}/${part}`), readLink(root, `${currentSystem}/${part}`)];
    return before !== null && now !== null && before !== now;
  });
  if (differing.length === 0) return [];
  const since = formatTimeNs(readChangedNs(join(root, currentSystem)));
  return [{ code: 'system_switched', parts: differing, since }];
}

function readLink(root: string, path: string): string | null {
  try {
    return readlinkSync(join(root, path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
}
