// A process's container, or its unit and session: the record that src/systemd/attribute.ts makes and the report keeps.

import type { Container, UnitReference } from '../documents/generated/report.ts';

export interface Attribution {
  /** The cgroup path (decoded) that named the unit or container; null if the process has none. */
  cgroup: string | null;
  unit: { name: string; scope: 'system' | 'user'; uid: number | null; source: UnitReference['source'] } | null;
  /** The innermost slice above the unit; null at the root. */
  slice: string | null;
  session: { id: string; uid: number | null } | null;
  container: {
    runtime: Container['runtime'];
    id: string | null;
    name: string | null;
    uid: number | null;
    /** The part of the cgroup path that names the container; null if none does. */
    cgroup: string | null;
  } | null;
}
