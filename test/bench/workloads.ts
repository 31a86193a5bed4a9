// The workloads: real processes, made for one workload and ended after it; and the reports of a fleet.

import { copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { checkFleet, writeReports } from './fleet.ts';
import { benchSlice, makeSystemctl, withSystemctl } from './units.ts';
import { inNamespace, leastPackages, leftPaths, makeLeft, replaceLeft } from './upgraded.ts';

export interface Workload {
  name: string;
  what: string;
  /** Counted rounds, after one that is not. */
  rounds: number;
  /** Makes the files of the workload in a folder of its own, which is removed afterwards. */
  prepare: (folder: string) => void;
  /** The arguments of processes.c; null if no processes are made. */
  processes: ((folder: string) => string[]) | null;
  /** The words before the command that makes the processes, if they have a mount namespace of their own; the tools run in it too. */
  around: ((folder: string) => string[]) | null;
  /** The change of the files once the processes run. */
  change: (folder: string, pid: number) => void;
  /** The arguments of lib-users. */
  args: (folder: string) => string[];
  /** Whether the output of lib-users is about this workload. */
  check: (stdout: string) => boolean;
  /** Whether programs other than lib-users can do the same. */
  peers: boolean;
}

const idleLibraries = Array.from({ length: 10 }, (_, index) => `libidle-${index}.so.1`);
const replaced = 'libreplaced.so.1';

function makeLibraries(folder: string): void {
  for (const name of [...idleLibraries, replaced]) writeFileSync(join(folder, name), Buffer.alloc(5 * 4096));
}

function scan(name: string, what: string, rounds: number, more: Partial<Workload>): Workload {
  return {
    ...{
      name,
      what,
      rounds,
      prepare: makeLibraries,
      processes: null,
      around: null,
      change: () => {},
      check: () => true,
      peers: true,
    },
    args: () => ['scan', '--format', 'json', '--no-config'],
    ...more,
  };
}

function idle(count: number, rounds: number): Workload {
  return scan(`idle-${count}`, `${count} idle processes with about 70 mappings each`, rounds, {
    processes: (folder) => ['idle', String(count), ...idleLibraries.map((name) => join(folder, name))],
    check: (stdout) => (JSON.parse(stdout) as Report).scan.processes.inspected >= count,
  });
}

function checkUpgraded(stdout: string): boolean {
  const { scan, processes, packages } = JSON.parse(stdout) as Report;
  const owned = processes.filter(({ maps }) => maps.filter((map) => map.package !== null).length >= leastPackages);
  const known = packages?.filter(({ evidence, fixes }) => evidence === 'file_time' && fixes !== null) ?? [];
  return owned.length >= 20 && (scan.fixes !== true || known.length >= leastPackages);
}

export const workloads: readonly Workload[] = [
  {
    ...scan('version', 'the version, and nothing else', 31, { peers: false }),
    args: () => ['--version'],
    check: (stdout) => stdout.startsWith('lib-users '),
  },
  scan('quiet', 'what runs anyway', 31, {}),
  idle(500, 15),
  idle(1000, 15),
  idle(2000, 15),
  idle(4000, 9),
  scan('affected-2000', '2000 such processes that all map one replaced library', 9, {
    processes: (folder) => ['idle', '2000', ...[...idleLibraries, replaced].map((name) => join(folder, name))],
    change: (folder) => {
      copyFileSync(join(folder, replaced), join(folder, 'new'));
      renameSync(join(folder, 'new'), join(folder, replaced));
    },
    check: (stdout) => (JSON.parse(stdout) as Report).processes.filter(({ maps }) => maps.length === 1).length >= 2000,
  }),
  {
    ...scan('upgraded-20', '20 processes that map the code of some packages before an upgrade, with --packages', 21, {
      prepare: makeLeft,
      processes: (folder) => ['idle', '20', ...leftPaths(folder)],
      around: inNamespace,
      change: replaceLeft,
      check: checkUpgraded,
      peers: false,
    }),
    args: () => ['scan', '--format', 'json', '--no-config', '--packages'],
  },
  {
    ...scan('units-2000', 'the plan of 2000 services that listen at 50 ports each, on a replaced library', 5, {
      prepare: (folder) => {
        makeLibraries(folder);
        makeSystemctl(folder, 2000);
      },
      processes: (folder) => ['sockets', '2000', '50', join(folder, replaced), benchSlice()],
      around: withSystemctl,
      change: (folder) => {
        copyFileSync(join(folder, replaced), join(folder, 'new'));
        renameSync(join(folder, 'new'), join(folder, replaced));
      },
      check: (stdout) => {
        const { actions } = JSON.parse(stdout) as Plan;
        const known = actions.filter(({ impact }) => impact?.complete && impact.listening?.length === 50);
        return known.length === 2000 && known.filter((each) => each.covered_by != null).length === 1800;
      },
      peers: false,
    }),
    args: () => ['plan', '--format', 'json', '--no-config'],
  },
  scan('mappings-65000', 'one process with 65,000 mappings', 9, {
    processes: (folder) => ['mappings', '65000', join(folder, replaced)],
  }),
  scan('fds-20x10000', '20 processes with 10,000 descriptors each', 9, {
    processes: (folder) => ['fds', '20', '10000', join(folder, replaced)],
  }),
  scan('deleted-fds-5000', 'one process with 5000 deleted files', 9, {
    processes: (folder) => ['deleted-fds', '5000', join(folder, 'held')],
    check: (stdout) => (JSON.parse(stdout) as Report).summary.fds >= 5000,
  }),
  {
    ...scan('fleet-10000', '10,000 reports of 49 KB in one file', 3, { peers: false }),
    prepare: (folder) => writeReports(join(folder, 'reports.ndjson')),
    args: (folder) => ['fleet', join(folder, 'reports.ndjson'), '--format', 'json'],
    check: checkFleet,
  },
];
