// Whether procfs hides other users' processes from us. proc(5), mount options hidepid and gid; kernel fs/proc/root.c.

import type { Bytes } from './bytes.ts';
import type { Mount } from './mountinfo.ts';

/** CAP_SYS_PTRACE, capabilities(7). */
const ptrace = 1n << 19n;

/** The initial user namespace always has this number: PROC_USER_INIT_INO in linux/proc_ns.h. */
const initialUserNamespace = 'user:[4026531837]';

export interface Viewer {
  effectiveCapabilities: bigint;
  /** What /proc/self/ns/user says; null where it may not be read. */
  userNamespace: Bytes | null;
  groups: readonly number[];
}

/** @param mount the mount that the scanned procfs is on; null (not known) hides nothing that we could tell */
export function hidesProcesses(mount: Mount | null, viewer: Viewer): boolean {
  if (mount === null || mount.fsType !== 'proc') return false;
  const options = new Map(
    mount.options.split(',').map((option) => [option.split('=')[0], option.split('=')[1] ?? ''] as const),
  );
  const hidepid = options.get('hidepid');
  if (hidepid === undefined || hidepid === '0' || hidepid === 'off') return false;
  // In a user namespace of one's own all capabilities are easy to have, and open none of the host's processes.
  const capable = (viewer.effectiveCapabilities & ptrace) !== 0n && viewer.userNamespace === initialUserNamespace;
  if (capable) return false;
  // The group that gid= names is exempt, but from `ptraceable` nobody is.
  const exempt =
    hidepid !== 'ptraceable' && hidepid !== '4' && viewer.groups.includes(Number(options.get('gid') ?? -1));
  return !exempt;
}
