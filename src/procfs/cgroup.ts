// /proc/PID/cgroup -> one record a hierarchy. cgroups(7), "/proc files"; kernel: proc_cgroup_show().

import type { Bytes } from './bytes.ts';

export interface CgroupLine {
  /** The hierarchy's number; 0 is the unified one (v2). */
  hierarchy: number;
  /** The controllers, comma-separated, or `name=NAME` for a named v1 hierarchy; empty for v2. */
  controllers: string;
  /** From the root of the reader's cgroup namespace; begins with `/..` where it lies outside of it. */
  path: Bytes;
}

// Only the first two colons separate: `dbus-:1.3-org.x@0.service` is a unit name. A cgroup's name has no newline, the
// kernel refuses it.
const line = /^([0-9]{1,10}):([^:]*):(\/.*)$/s;

/** The lines in the kernel's order; a line of another form is left out. */
export function parseCgroup(content: Bytes): CgroupLine[] {
  return content.split('\n').flatMap((text) => {
    const match = line.exec(text);
    return match ? [{ hierarchy: Number(match[1]), controllers: match[2]!, path: match[3]! }] : [];
  });
}
