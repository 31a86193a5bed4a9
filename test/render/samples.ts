// Reports to render: the worked example of the contract, and variants of it for everything else that hosts have.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Process, Report, Unit } from '../../src/documents/generated/report.ts';
import { projectRoot } from '../support/project.ts';

const worked = readFileSync(join(projectRoot, 'test/fixtures/documents/report.json'), 'utf8');

export function workedReport(): Report {
  return JSON.parse(worked) as Report;
}

function change(edit: (report: Report) => void): Report {
  const report = workedReport();
  edit(report);
  return report;
}

function empty(report: Report): void {
  report.units = [];
  report.processes = [];
  report.warnings = [];
  report.summary = { processes: 0, units: 0, maps: 0, fds: 0, held_bytes: 0 };
  report.host.reboot = { required: false, reasons: [] };
}

function denyAsUser(report: Report): void {
  report.scan.complete = false;
  report.scan.effective_uid = 1000;
  report.scan.processes = { seen: 214, inspected: 54, kernel_threads: 38, vanished: 1, denied: 119, failed: 2 };
  report.warnings.push({ code: 'not_everything_seen', message: '121 processes could not be looked at' });
}

export const cleanReport = (): Report => change(empty);

export const deniedReport = (): Report => change(denyAsUser);

export const deniedEmptyReport = (): Report =>
  change((report) => {
    empty(report);
    denyAsUser(report);
  });

export const unitsReport = (): Report =>
  change((report) => {
    report.scan.detail = 'units';
    report.processes = [];
  });

/** Nothing was found by a scan that looked at the maps of two processes alone. */
export const narrowedReport = (): Report =>
  change((report) => {
    empty(report);
    report.scan.complete = false;
    report.scan.include = ['maps'];
    report.scan.filters = {
      pids: [812, 813],
      units: ['nginx*'],
      ignore: ['/srv/my files/*'],
      ignore_literal: [],
      default_rules: false,
    };
    report.scan.suppressed = [];
    report.scan.processes = { seen: 2, inspected: 2, kernel_threads: 0, vanished: 0, denied: 0, failed: 0 };
  });

/** Many workers of one name, no systemd, a package, directories, long and odd names, a path wider than any terminal. */
export const crowdedReport = (): Report =>
  change((report) => {
    const like = report.processes[0] as Process;
    report.host.init = 'openrc';
    report.host.reboot = {
      required: true,
      reasons: [
        { code: 'reboot_required_file', path: '/run/reboot-required', packages: ['dbus', 'libc6', 'linux-base'] },
        { code: 'kernel_modules_missing', running: '6.1.0-27-amd64' },
      ],
    };
    report.units = [];
    report.processes = Array.from({ length: 37 }, (_, index) => ({
      ...like,
      pid: 900 + index,
      name: 'a) S (b',
      command: ['/usr/bin/worker', '--queue', 'mail and other queues '.repeat(20)],
      executable: { path: '/usr/bin/worker', path_base64: null, deleted: true },
      unit: null,
      maps: like.maps.map((map) => ({
        ...map,
        package: { manager: 'dpkg' as const, name: 'libc6', version: '2.36-9+deb12u9' },
      })),
      fds:
        index > 0
          ? []
          : [
              held(5, '/srv/data/table one', { role: 'file', held_bytes: null, state: 'unknown' }),
              held(6, '/srv/gone', { role: 'file', kind: 'directory', held_bytes: 4096 }),
              held(7, `/srv${'/a-long-name'.repeat(12)}/end`, { role: 'file', held_bytes: 5_368_709_120 }),
              held(8, '/srv/日本語/ログ', { role: 'log', held_bytes: 1_048_575 }),
            ],
    }));
    report.summary = { processes: 37, units: 0, maps: 37, fds: 4, held_bytes: 5_369_761_791 };
    report.warnings = [];
  });

function held(fd: number, path: string, facts: Partial<Process['fds'][number]>): Process['fds'][number] {
  const like = workedReport().processes.find(({ fds }) => fds.length > 0)!.fds[0]!;
  return { ...like, fd, path, inode: `${fd}`, ...facts };
}

/** The worked example with `text` at the end of every string of the host that is not one of a closed list. */
export function hostileReport(text: string): Report {
  return change((report) => {
    const { host, scan } = report;
    host.hostname += text;
    host.os = { id: text, version_id: text, name: `Debian${text}` };
    host.labels = { [`role${text}`]: `web${text}` };
    host.reboot.reasons = [
      { code: 'kernel_outdated', running: `6.1.0-27${text}`, installed: `6.1.0-28${text}` },
      { code: 'kernel_modules_missing', running: `6.1.0-27${text}` },
      { code: 'reboot_required_file', path: `/run/reboot-required${text}`, packages: [`libc6${text}`] },
      { code: 'reboot_needed_file', path: `/run/reboot-needed${text}` },
      { code: 'image_staged', path: `/run/ostree/staged-deployment${text}` },
      {
        ...{ code: 'microcode_outdated', running: `0xf0${text}`, installed: `0xf6${text}` },
        ...{ path: `/boot/a${text}`, since: null },
      },
    ];
    const version = `6.1.115-1${text}`;
    host.kernel_fixes = {
      ...{ release: version, name: `linux-image${text}`, source: `linux${text}`, manager: 'dpkg' },
      ...{ running_version: `6.1.112-1${text}`, installed_version: version, evidence: 'kernel_version' },
      ...{ fixes: { count: 1, cves: ['CVE-2026-0005'], complete: true }, unknown_because: null },
    };
    const revision = `0xf0${text}`;
    const revisions = { running: revision, in_initrd: revision, in_firmware: revision };
    host.microcode = { vendor: 'intel', ...revisions, kernel_says_old: null, state: 'refused' };
    host.reboot.livepatches = [{ name: `lkp_a${text}`, state: 'transition' }];
    scan.filters = { ...scan.filters, units: [text], ignore: [text], ignore_literal: [text] };
    scan.carriers = scan.carriers.map((name) => name + text);
    report.warnings = report.warnings.map((warning) => ({ ...warning, message: warning.message + text }));
    report.units = report.units.map((unit) => hostileUnit(unit, text));
    report.processes = report.processes.map((process) => hostileProcess(process, text));
  });
}

function hostileUnit(unit: Unit, text: string): Unit {
  return {
    ...unit,
    name: unit.name + text,
    user: unit.user === null ? null : { ...unit.user, name: `deploy${text}` },
    systemd: unit.systemd && { ...unit.systemd, load_state: `loaded${text}`, active_state: `active${text}` },
    files: unit.files.map((file) => ({
      ...file,
      path: file.path + text,
      package: { manager: 'dpkg', name: `libc6${text}`, version: `2.36${text}` },
    })),
  };
}

function hostileProcess(process: Process, text: string): Process {
  const user = process.user === null ? null : { ...process.user, name: `user${text}` };
  return {
    ...process,
    user,
    name: process.name + text,
    command: [...process.command, text],
    executable: process.executable && { ...process.executable, path: process.executable.path + text },
    unit: process.unit && { ...process.unit, name: process.unit.name + text },
    session: process.session && { id: process.session.id + text, user },
    container: process.container && { ...process.container, id: `id${text}`, name: `web${text}`, user },
    maps: process.maps.map((map) => ({ ...map, path: map.path + text })),
    fds: process.fds.map((fd) => ({ ...fd, path: fd.path + text })),
  };
}
