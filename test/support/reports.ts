// A few words -> a report: a unit with its facts and files, or processes, in an otherwise empty report.

import type {
  DeletedFd,
  DeletedMap,
  Dependencies,
  KernelSession,
  Owner,
  Process,
  RelatedUnit,
  Report,
  Role,
  State,
  SystemdFacts,
  Unit,
  UnitFile,
} from '../../src/documents/generated/report.ts';
import { readGolden } from './golden.ts';

/** A running daemon that systemd can restart but not reload. */
export const facts: SystemdFacts = {
  load_state: 'loaded',
  active_state: 'active',
  sub_state: 'running',
  type: 'notify',
  main_pid: 100,
  control_pid: null,
  kill_mode: 'control-group',
  fragment_path: '/usr/lib/systemd/system/a.service',
  transient: false,
  can_start: true,
  can_stop: true,
  can_reload: false,
  refuse_manual_start: false,
  refuse_manual_stop: false,
  need_daemon_reload: false,
};

/** Systemd's answer for a unit without dependencies. */
export const noDependencies: Dependencies = {
  ...{ required_by: [], requisite_of: [], bound_by: [], consists_of: [], propagates_stop_to: [], triggered_by: [] },
  ...{ after: [], requires: [], requisite: [], wants: [], conflicts: [], on_failure: [], on_success: [] },
};

/** Systemd's answer for a unit whose failure ends nothing else. */
export const noActions = {
  ...{ failure_action: 'none', success_action: 'none', start_limit_action: 'none', job_timeout_action: 'none' },
  ...{ on_failure_job_mode: 'replace', on_success_job_mode: 'fail' },
};

/** A unit that starts again from the same file. */
export const startsAgain = {
  ...{ need_daemon_reload: false, fragment_present: true, programs_present: true, conditions_met: true },
  start_fails: null,
};

export const root: Owner = { uid: 0, name: 'root', kind: 'root' };

/** `PATH` with its role, as in `code /usr/lib/libc.so.6`. */
export function file(role: Role, path: string, pids: number[] = [100], state: State = 'replaced'): UnitFile {
  const kind = role === 'code' || role === 'scratch' ? 'library' : role === 'data' ? 'data' : 'regular';
  return {
    ...{ path, path_base64: null, via: role === 'log' || role === 'file' ? 'fd' : 'map', kind, role, state },
    ...{ replaced_at: null, held_bytes: 0, owner: root, package: null, pids },
  };
}

export const libc = file('code', '/usr/lib/libc.so.6');
export const rotatedLog = file('log', '/var/log/a.log.1', [100], 'removed');
export const droppedTable = file('file', '/var/lib/postgresql/15/main/base/5/16392', [100], 'removed');
export const localeArchive = file('data', '/usr/lib/locale/locale-archive');
export const jna = file('scratch', '/tmp/jna-114/jna8871.tmp', [100], 'removed');

export function unit(name: string, files: UnitFile[], more: Partial<Unit> = {}): Unit {
  const pids = [...new Set(files.flatMap((each) => each.pids))].sort((a, b) => a - b);
  return {
    ...{ name, scope: 'system', user: null, slice: 'system.slice', pids, files, held_bytes: 0, stale_since: null },
    systemd: facts,
    ...more,
  };
}

/** A kernel session that the process leads, as root and without a terminal by default. */
export function leads(pid: number, more: Partial<KernelSession> = {}): KernelSession {
  const daemon = { user: { uid: 0, name: 'root' }, name: 'daemon', executable: '/usr/bin/daemon', terminal: null };
  return { pid, ...daemon, ...more };
}

/** A process that maps or holds the files. */
export function process(pid: number, files: UnitFile[], more: Partial<Process> = {}): Process {
  const where = { replaced_at: null, device: 'fe:01', inode: '7', links: 0, package: null } as const;
  const maps: DeletedMap[] = files
    .filter(({ via }) => via === 'map')
    .map(({ path, path_base64, kind, role, state, owner = root }) => ({
      ...{ path, path_base64, kind: kind as DeletedMap['kind'], role, state, owner, ...where },
      ...{ mappings: 1, mapped_bytes: 4096, executable: role === 'code' },
    }));
  const fds: DeletedFd[] = files
    .filter(({ via }) => via === 'fd')
    .map(({ path, path_base64, kind, role, state, owner = root }, fd) => ({
      ...{ fd, path, path_base64, kind: kind as DeletedFd['kind'], role, state, owner, ...where },
      ...{
        born_at: null,
        size_bytes: 0,
        held_bytes: 0,
        access: 'write',
        append: true,
        mount_point: '/',
        fs_type: 'ext4',
      },
    }));
  return {
    ...{ pid, ppid: 1, start_ticks: pid * 10, started_at: null, user: { uid: 0, name: 'root' }, name: 'daemon' },
    ...{ command: ['/usr/bin/daemon'], command_base64: null, command_truncated: false, cgroup: '/', unit: null },
    executable: { path: '/usr/bin/daemon', path_base64: null, deleted: false },
    ...{ session: null, container: null, maps, fds },
    ...more,
  };
}

interface Parts {
  units?: Unit[];
  processes?: Process[];
  host?: Partial<Report['host']>;
  scan?: Partial<Report['scan']>;
  summary?: Partial<Report['summary']>;
  related?: RelatedUnit[];
}

/** A complete report of a systemd host that needs no reboot; `carriers` is empty. */
export function report({
  units = [],
  processes = [],
  host = {},
  scan = {},
  summary = {},
  related = [],
}: Parts): Report {
  const golden = readGolden<Report>('report');
  return {
    ...golden,
    host: { ...golden.host, reboot: { required: false, reasons: [] }, ...host },
    scan: { ...golden.scan, carriers: [], suppressed: [], ...scan },
    summary: { ...golden.summary, processes: processes.length, units: units.length, ...summary },
    units,
    related_units: related,
    processes,
    warnings: [],
  };
}
