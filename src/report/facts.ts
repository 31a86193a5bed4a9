// The input of a report: the findings with their attribution, and the facts of the host, of systemd and of the packages.

import type { Cut } from '../deleted/cut.ts';
import type { FdFinding, MapFinding } from '../deleted/finding.ts';
import type { AffectedProcess } from '../deleted/inspect.ts';
import type {
  Host,
  Package,
  RelatedUnit,
  Scan,
  Sockets,
  SystemdFacts,
  Warning,
} from '../documents/generated/report.ts';
import type { KernelFixes } from '../fixes/kernel.ts';
import type { PackageInUse } from '../fixes/packages-in-use.ts';
import type { OutdatedUse } from '../outdated/outdated.ts';
import type { OwnerKind } from '../owner-kind.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { KernelHeldFile } from '../procfs/kernel-held.ts';
import type { SessionLeader } from '../procfs/sessions.ts';
import type { Attribution } from '../systemd/attribution.ts';

/** One affected process, with its unit, session or container. */
export interface AttributedProcess extends AffectedProcess {
  attribution: Attribution;
}

export type AttributedCut = Cut & { attribution: Attribution };

/** Versions of packages that the affected processes still run. */
export interface PackageFacts {
  packages: readonly (PackageInUse & { users: readonly PackageUser[] })[];
  runningVersions: ReadonlyMap<MapFinding | FdFinding, string>;
  /** By path: the packages that had a file before, if no package has it now. */
  formerOwners: ReadonlyMap<Bytes, Package>;
}

/** One gone file, or one outdated script, of a package, as one process uses it. */
export interface PackageUser {
  process: AttributedProcess;
  replacedAtNs: bigint | null;
}

export interface ReportFacts {
  now: Date;
  host: Omit<Host, 'kernel_fixes'>;
  /** null if nobody asked for fixes, and if no reboot brings another kernel from this host's disk. */
  kernelFixes: KernelFixes | null;
  scan: Scan;
  processes: readonly AttributedProcess[];
  /** By pid: the part of a process that is not listed, with the process's unit, session or container. */
  cuts: ReadonlyMap<number, AttributedCut>;
  /** By unit name; system units only. */
  systemd: ReadonlyMap<string, SystemdFacts>;
  /** Other units of the system; null if systemd was not asked. */
  related: readonly RelatedUnit[] | null;
  /** By unit name: processes of a unit that lead a session and are not affected; system units only. */
  leaders: ReadonlyMap<string, readonly SessionLeader[]>;
  /** By unit name: the sockets of services of the system; a service whose sockets are not known has no entry. */
  sockets: ReadonlyMap<string, Sockets>;
  packages: ReadonlyMap<Bytes, Package>;
  /** By pid: what the process runs that is superseded and not gone. */
  outdated: ReadonlyMap<number, readonly OutdatedUse[]>;
  /** null if fixes were not asked for. */
  fixes: PackageFacts | null;
  userName: (uid: number) => string | null;
  ownerKind: (uid: number) => OwnerKind;
  bootTimeSeconds: number | null;
  clockTicksPerSecond: number;
  /** null if the kernel's files were not looked at. */
  kernelHeld: readonly KernelHeldFile[] | null;
  warnings: Warning[];
}
