// The facts that the judges may ask for about one process. The judges read nothing by themselves; only procfs/ reads.

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
  /** A view of a chrooted process's whole mount namespace; null if it is not chrooted, or the view cannot be read. */
  viewAround: Looks | null;
  /** The scanner's own view. */
  ownView: Looks;
  match: HideRuleMatcher;
  /** Takes a use that a rule hid. */
  hide(use: HiddenUse): void;
  /** The program that the exe link names, without the mark; null if the link was refused. */
  program: Bytes | null;
  /** The NUL-separated command line. The process itself can change it. */
  readonly commandLine: Bytes;
  /** The name (comm). The process itself can change it. */
  readonly name: Bytes;
  /** The effective uid of the process. */
  readonly effectiveUid: number;
  /** Whether the process maps a file with this text in its path. */
  maps(part: Bytes): boolean;
  /** The latest time at which the process can have started, in nanoseconds since the epoch; null if that is not known. */
  startedAtNs: bigint | null;
  /** Finds a mount in our namespace or in the process's: the file of a descriptor may be on either. */
  mountOf: MountOf;
  /** Whether a local mount had this device when the mounts were read. */
  isLocalDevice(device: string): boolean;
  /** Reads a glimpse of a mapped file once, however many processes with the same view map the file. */
  cached(file: Pick<Mapping, 'device' | 'inode' | 'path'>, read: () => Glimpse | null): Glimpse | null;
}
