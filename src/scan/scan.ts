// Scan options -> the report, on one page: read and judge every process, attribute the affected ones, ask systemd and the package
// database once, build the report. Data flows one way; nothing here decides whether a file is gone, or the action for it.

import { resolve } from 'node:path';
import { type Answer, readOr } from '../crew/readers.ts';
import { type Cut, cutToReport } from '../deleted/cut.ts';
import { ignoreRules } from '../deleted/hide-rules.ts';
import type { AffectedProcess, Inspection, InspectTask } from '../deleted/inspect.ts';
import { SuppressedTally } from '../deleted/suppressed.ts';
import type { Reboot, Report } from '../documents/generated/report.ts';
import { LibUsersError } from '../errors.ts';
import type { KernelFixes } from '../fixes/kernel.ts';
import { readBootKernels } from '../host/boot-kernel.ts';
import { readBootedAtNs, readBootTime, readClockTicks } from '../host/clock.ts';
import { type HostPlaces, type InitEvidence, noEvidence, readContainer } from '../host/container.ts';
import { readHost } from '../host/host.ts';
import { readOwners } from '../host/owners.ts';
import { withRebuiltKernel } from '../host/reboot.ts';
import { readUserNames } from '../host/users.ts';
import type { Bytes } from '../procfs/bytes.ts';
import { hidesProcesses } from '../procfs/hidepid.ts';
import { type KernelHeldFile, readKernelHeld } from '../procfs/kernel-held.ts';
import { readNumbers } from '../procfs/reader.ts';
import { readViewer } from '../procfs/self.ts';
import { Views } from '../procfs/views.ts';
import { buildReport } from '../report/report.ts';
import { attributeCallers, attributor, confirmUnit, initProcess } from './attribution.ts';
import { attributeCuts, cutWarnings } from './cut.ts';
import type { queryFixes, queryKernelFixes } from './fixes.ts';
import type { ScanOptions } from './options.ts';
import { findOutdated, looksForOutdated, notLooked, readPrograms } from './outdated.ts';
import { queryOwners } from './owners.ts';
import { buildScan } from './record.ts';
import { readSockets } from './sockets.ts';
import { querySystemd, readLeaders, selectUnits, systemdWarnings } from './units.ts';
import { describeUnseen, findUnseen } from './unseen.ts';
import { hidepidWarning, hostWarnings, incompleteWarnings, packageWarnings } from './warnings.ts';

/** Root of the host's own files: /etc, /boot, /usr/lib/modules. */
const root = '/';

export async function scanHost(options: ScanOptions): Promise<Report> {
  const began = process.hrtime.bigint();
  const { procPath } = options;
  const views = new Views();
  const readers = options.readers();
  try {
    // Processes and their gone files
    const pids = selectProcesses(listProcesses(procPath), options.pids);
    readers.begin(inspectTask(options));
    // Asked first, because the facts of the host need it. The helpers work on other questions meanwhile.
    const asked = readers.ask('origin', [{ pid: 1 }]);
    const inspected = readers.ask('inspect', pids.map(toItem), (done) => options.onProgress?.(done, pids.length));
    const origin = readOr(await asked, null)[0] ?? null;
    const evidence = origin?.evidence ?? noEvidence;
    const isLocal = (path: Bytes) => views.ownMounts.isLocalWalk(path);
    const places = { root, procPath, init: evidence, isLocal };
    const { host, problems } = readHost(places);
    const answers = (await inspected).map(toInspection);
    const { inspections, unseen } = findUnseen(pids, answers, procPath, readers.ownPids());
    options.onProgress?.(pids.length, pids.length);
    const init = initProcess(origin);
    const scanner = origin?.lineage[0]?.pid ?? null;
    const read = sumUp(pids, inspections, readers.ownPids(), scanner);
    const listed = cutToReport(read.affected, read.cuts);

    // Units, sessions and containers
    const programs = looksForOutdated(options) ? await readPrograms(read.mayBeOutdated, readers) : null;
    const running = (programs ?? []).flatMap((program) => program ?? []);
    const attribute = await attributor([...listed.processes, ...listed.cuts, ...running], init, readers);
    const lost = (programs ?? []).length - running.length;
    const outdated =
      programs === null
        ? notLooked
        : await findOutdated({ programs: running.map(attribute), lost, listed: listed.processes }, views, options);
    const attributed = [...listed.processes.map(attribute), ...outdated.processes];
    // Before --unit selects, because only systemd knows which unit an alias names.
    const wantsReboot = host.init === 'systemd' && host.reboot.required === true;
    const systemd = querySystemd(attributed, wantsReboot, views, options, process.hrtime.bigint());
    const selected = selectUnits(attributed, options.units, systemd.facts);
    const confirmed = selected.map((process) => confirmUnit(process, systemd.controlGroups));
    const wanted = new Set(confirmed.map(({ pid }) => pid));
    const cuts = attributeCuts(
      listed.cuts.filter(({ pid }) => options.units.length === 0 || wanted.has(pid)),
      confirmed,
      attribute,
    );

    // Packages
    const kernels = options.fixes ? readBootKernels(places, host.kernel_release) : null;
    const packages = queryOwners(confirmed, filesOfKernels(kernels), views, options);
    const owned = { owners: packages.owners, outdated: outdated.uses };
    const fixes = options.fixes ? await askFixes(confirmed, owned, views, options) : null;
    const kernelFixes = kernels === null ? null : await askKernelFixes(kernels, host.reboot, packages.owners, views);

    // The last questions to the helpers. They end while the report is built.
    const leaders = await readLeaders(confirmed, systemd.controlGroups, readers, options);
    const sockets = await readSockets(confirmed, systemd.controlGroups, views, readers, options);
    void readers.close();

    // The report
    const hidden = hidesProcesses(views.ownMounts.of(procPath), readViewer());
    const userName = readUserNames(root);
    const ownerOf = readOwners(root);
    const described = describeUnseen(unseen, { ownerOf, userName });
    const scan = buildScan(options, {
      counts: read.counts,
      suppressed: read.suppressed.toDocument(),
      blocked: described.blocked,
      owners: described.owners,
      hidden,
      callers: attributeCallers(origin, init),
      elapsedNs: process.hrtime.bigint() - began,
      outdated: outdated.scan,
    });
    return buildReport({
      now: options.now,
      host: {
        ...host,
        reboot: rebootOf(places, host.reboot, kernelFixes),
        systemd_version: systemd.version,
        labels: { ...options.labels },
      },
      scan,
      processes: confirmed,
      cuts,
      systemd: systemd.facts,
      related: systemd.related,
      leaders,
      sockets,
      packages: packages.owners,
      fixes,
      kernelFixes,
      outdated: outdated.uses,
      userName,
      ownerKind: (uid) => ownerOf(uid).kind,
      bootTimeSeconds: readBootTime(procPath),
      clockTicksPerSecond: readClockTicks(),
      kernelHeld: readOwnKernelHeld(options, views, evidence),
      warnings: [
        ...systemdWarnings(selected, systemd.problem),
        ...packageWarnings(packages.problem),
        ...incompleteWarnings(read.counts),
        ...cutWarnings(cuts.values(), userName),
        ...(described.warning === null ? [] : [described.warning]),
        ...(hidden ? [hidepidWarning(procPath)] : []),
        ...hostWarnings(origin === null ? [...problems, originUnread] : problems),
      ],
    });
  } finally {
    await readers.close();
    views.close();
  }
}

/** PID 1 was not read, or an ancestor of the scanner kept the reader waiting. */
const originUnread =
  'PID 1 and the ancestors of the scan could not be read: whether this is a container, and which unit or session carries the scan, is not known';

/** Few scans ask for fixes, and loading what finds them takes a millisecond. */
const askFixes: typeof queryFixes = async (...args) => (await import('./fixes.ts')).queryFixes(...args);
const askKernelFixes: typeof queryKernelFixes = async (...args) =>
  (await import('./fixes.ts')).queryKernelFixes(...args);

function rebootOf(places: HostPlaces, reboot: Reboot, kernel: KernelFixes | null): Reboot {
  const { isRebuilt = false, release = null, runningVersion = null, owner = null } = kernel ?? {};
  if (!isRebuilt || release === null || runningVersion === null || owner === null) return reboot;
  return withRebuiltKernel(places, reboot, { release, running: runningVersion, installed: owner.version });
}

function filesOfKernels(kernels: ReturnType<typeof readBootKernels>): readonly string[] {
  return kernels === null || typeof kernels === 'string' ? [] : [...kernels.next.files, ...kernels.runningFiles];
}

const toItem = (pid: number) => ({ pid });

const toInspection = (answer: Answer<'inspect'>): Inspection =>
  'read' in answer
    ? answer.read
    : { outcome: answer.unread, affected: null, hidden: [], cut: null, mayBeOutdated: false };

/** The pids in the procfs, rising. */
function listProcesses(procPath: string): number[] {
  const hint = "give the directory on which the host's procfs is mounted, as in --proc /host/proc";
  const hints: Record<string, string> = {
    EMFILE: 'allow more open files: ulimit -n',
    ENFILE: 'the host has too many open files',
  };
  let pids: number[];
  try {
    pids = readNumbers(procPath);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new LibUsersError('proc_not_found', `${procPath} cannot be read (${code})`, hints[code ?? ''] ?? hint);
  }
  if (pids.length === 0) {
    throw new LibUsersError(
      'proc_not_found',
      `${procPath} is not a proc file system: it holds no numbered directory`,
      hint,
    );
  }
  return pids;
}

/** Returns null if the scanned procfs is not this host's, because /sys and /proc/swaps always show the running kernel. */
function readOwnKernelHeld({ procPath }: ScanOptions, views: Views, init: InitEvidence): KernelHeldFile[] | null {
  if (procPath !== '/proc' || readContainer(root, procPath, init) !== null) return null;
  return readKernelHeld({ sysPath: '/sys', procPath, look: (path) => views.own.look(path) });
}

function selectProcesses(pids: number[], wanted: readonly number[]): number[] {
  const set = new Set(wanted);
  return set.size === 0 ? pids : pids.filter((pid) => set.has(pid));
}

function inspectTask(options: ScanOptions): InspectTask {
  return {
    // Absolute, because a helper changes its current folder.
    procPath: resolve(options.procPath),
    include: { maps: options.include.includes('maps'), fds: options.include.includes('fds') },
    rules: [...ignoreRules(options.ignore, options.ignoreLiteral), ...options.rules],
    buildNotes: options.fixes,
    bootedAtNs: readBootedAtNs(options.procPath),
    clockTicksPerSecond: readClockTicks(),
  };
}

/**
 * The scanner and its helpers end with the scan, so nothing is said of their files. The scanner is counted; the helpers are not,
 * because how many of them have begun when the processes are listed is a matter of chance.
 */
function sumUp(
  pids: readonly number[],
  inspections: readonly Inspection[],
  helpers: ReadonlySet<number>,
  scanner: number | null,
) {
  const counts = { seen: 0, inspected: 0, kernel_threads: 0, vanished: 0, denied: 0, failed: 0, blocked: 0 };
  const suppressed = new SuppressedTally();
  const affected: AffectedProcess[] = [];
  const cuts: Cut[] = [];
  const mayBeOutdated: number[] = [];
  inspections.forEach((inspection, index) => {
    const pid = pids[index]!;
    if (helpers.has(pid)) return;
    counts.seen++;
    counts[inspection.outcome]++;
    if (pid === scanner) return;
    for (const use of inspection.hidden) suppressed.add(use);
    if (inspection.affected) affected.push(inspection.affected);
    if (inspection.cut) cuts.push(inspection.cut);
    if (inspection.mayBeOutdated) mayBeOutdated.push(pid);
  });
  return { counts, suppressed, affected, cuts, mayBeOutdated };
}
