// What the judges may ask about one process: a narrow window on the procfs stage, so that judging itself touches nothing.

import type { Bytes } from '../procfs/bytes.ts';
import type { Glimpse } from '../procfs/hold.ts';
import type { MountOf } from '../procfs/live-mounts.ts';
import type { Mapping } from '../procfs/maps.ts';
import type { OpenProcess } from '../procfs/process.ts';
import type { View } from '../procfs/view.ts';
import type { HideRuleMatcher } from './hide-rules.ts';
import type { HiddenUse } from './suppressed.ts';

type Looks = Pick<View, 'look' | 'mountPath' | 'mounts'>;

export interface Evidence {
  process: Pick<OpenProcess, 'readFdInfo' | 'glimpseFd' | 'glimpseMapping' | 'glimpseExecutable' | 'readMappingLink'>;
  view: Looks;
  /** The view of a chrooted process's whole mount namespace; null if it is not chrooted, or that view cannot be had. */
  viewAround: Looks | null;
  /** The scanner's own view. */
  ownView: Looks;
  match: HideRuleMatcher;
  /** Takes what a rule hid. */
  hide(use: HiddenUse): void;
  /** The program by the exe link, without the mark; null if the link was refused. */
  program: Bytes | null;
  /** The NUL-separated command line, which the process says of itself. */
  readonly commandLine: Bytes;
  /** The name (comm), which the process says of itself. */
  readonly name: Bytes;
  /** As whom the process runs. */
  readonly effectiveUid: number;
  /** Whether the process maps a file whose path has this in it. */
  maps(part: Bytes): boolean;
  /** When the process had begun at the latest, in nanoseconds since the epoch; null if that is not known. */
  startedAtNs: bigint | null;
  /** A mount of our namespace or of the process's: a descriptor may come from either. */
  mountOf: MountOf;
  /** Whether a device was that of a local mount when the mounts were read. */
  isLocalDevice(device: string): boolean;
  /** One glimpse of a mapped file, however many processes with the same view map it. */
  cached(file: Pick<Mapping, 'device' | 'inode' | 'path'>, read: () => Glimpse | null): Glimpse | null;
}
