// /proc/PID/cgroup -> one record per hierarchy. cgroups(7), "/proc files"; kernel: proc_cgroup_show().

import type { Bytes } from './bytes.ts';

export interface CgroupLine {
  /** The hierarchy's number; 0 is the unified one (v2). */
  hierarchy: number;
  /** The controllers, comma-separated, or `name=NAME` for a named v1 hierarchy; empty for v2. */
  controllers: string;
  /** From the root of the reader's cgroup namespace; begins with `/..` if the cgroup is outside of that namespace. */
  path: Bytes;
}

// Only the first two colons separate fields: `dbus-:1.3-org.x@0.service` is a unit name. The kernel refuses a newline in the name
// of a cgroup.
const line = /^([0-9]{1,10}):([^:]*):(\/.*)$/s;

/** The lines in the kernel's order. A line that does not have the format is left out. */
export function parseCgroup(content: Bytes): CgroupLine[] {
  return content.split('\n').flatMap((text) => {
    const match = line.exec(text);
    return match ? [{ hierarchy: Number(match[1]), controllers: match[2]!, path: match[3]! }] : [];
  });
}
