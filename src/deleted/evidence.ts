// What the judges may ask about one process: a narrow window on the procfs stage, so that judging itself touches nothing.

import type { BigIntStats } from 'node:fs';
import type { IsLocalMount } from '../procfs/hold.ts';
import type { Mount } from '../procfs/mountinfo.ts';
import type { OpenProcess } from '../procfs/process.ts';
import type { View } from '../procfs/view.ts';
import type { RuleMatcher } from './rules.ts';
import type { HiddenUse } from './suppressed.ts';

export interface Evidence {
  process: Pick<OpenProcess, 'readFdInfo' | 'statFd' | 'statMapping' | 'statExecutable' | 'readMappingLink'>;
  view: Pick<View, 'look' | 'mountPath' | 'mounts'>;
  match: RuleMatcher;
  /** Takes what a rule hid. */
  hide(use: HiddenUse): void;
  /** When the process had begun at the latest, in nanoseconds since the epoch; null where it is not known. */
  startedAtNs: bigint | null;
  /** A mount by id, of the process's namespace or of ours (a descriptor may come from either). */
  mountById(id: number): Mount | null;
  isLocalMount: IsLocalMount;
  isLocalDevice(device: string): boolean;
  /** One stat for a mapped file, however many processes map it. */
  cached(key: string, read: () => BigIntStats | null): BigIntStats | null;
}
