// /proc/PID/cgroup -> its lines. cgroups(7): hierarchy-ID:controller-list:cgroup-path; the path may itself hold colons.

import type { Bytes } from './bytes.ts';

export interface CgroupLine {
  /** 0 for the unified hierarchy (v2). */
  hierarchy: number;
  /** '' for v2, `name=systemd` for systemd's own v1 hierarchy, else controllers. */
  controllers: string;
  path: Bytes;
}

/** Odd lines are left out. */
export function parseCgroup(content: Bytes): CgroupLine[] {
  return content.split('\n').flatMap((line) => {
    const match = /^([0-9]+):([^:]*):(\/.*)$/s.exec(line);
    return match ? [{ hierarchy: Number(match[1]), controllers: match[2] ?? '', path: match[3] ?? '' }] : [];
  });
}
