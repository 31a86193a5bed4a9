// The options of a procfs mount -> whether procfs hides other users' processes from us. proc(5), hidepid and gid; fs/proc/root.c.

import type { Bytes } from './bytes.ts';
import type { Mount } from './mountinfo.ts';

/** CAP_SYS_PTRACE, capabilities(7). */
const ptrace = 1n << 19n;

/** The initial user namespace always has this number: PROC_USER_INIT_INO in linux/proc_ns.h. */
const initialUserNamespace = 'user:[4026531837]';

export interface Viewer {
  effectiveCapabilities: bigint;
  /** The text of the link /proc/self/ns/user; null if it could not be read. */
  userNamespace: Bytes | null;
  groups: readonly number[];
}

/** @param mount the mount of the scanned procfs; if it is null (not known), nothing is taken for hidden */
export function hidesProcesses(mount: Mount | null, viewer: Viewer): boolean {
  if (mount === null || mount.fsType !== 'proc') return false;
  const options = new Map(
    mount.options.split(',').map((option) => [option.split('=')[0], option.split('=')[1] ?? ''] as const),
  );
  const hidepid = options.get('hidepid');
  if (hidepid === undefined || hidepid === '0' || hidepid === 'off') return false;
  // Anybody can have all capabilities in a user namespace of his own, but they open none of the host's processes.
  const capable = (viewer.effectiveCapabilities & ptrace) !== 0n && viewer.userNamespace === initialUserNamespace;
  if (capable) return false;
  // The group of gid= is exempt from hidepid, but nobody is exempt from `ptraceable`.
  const exempt =
    hidepid !== 'ptraceable' && hidepid !== '4' && viewer.groups.includes(Number(options.get('gid') ?? -1));
  return !exempt;
}
