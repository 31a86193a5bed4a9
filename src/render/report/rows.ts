// Report -> NDJSON, one finding a line, flat: for `jq -r '[.[]] | @csv'`, databases and log shippers.
// One row per process and gone map or fd; with --detail units one row per unit and file. No value is an object or an
// array, every row has every column, always in this order:
//
//   generated_at hostname host_id boot_id       the scan and its host
//   labels                                      the host's labels as `name=value`, joined by commas
//   scope unit unit_uid                         the unit; unit_uid is the owner of a user unit
//   session                                     the login session's id
//   container_runtime container_id              the container
//   container_name
//   pid pids                                    the process (null in a unit's row); all pids, joined by commas
//   uid user                                    the process's effective user, in a unit's row the unit's owner
//   process command executable started_at       the process's name, command line, program and start
//   via fd kind role state                      how the file is used, and what became of it; fd is the descriptor
//   path path_base64                            the file
//   replaced_at held_bytes                      null if it is not known
//   package package_version                     who owns the path now, with --packages
//   running_version                             the version that the file is of, with --fixes
//   pending_fixes                               how many CVE ids were fixed since, at least; null if that is not known

import type { Process, Report, Unit, UnitFile } from '../../documents/generated/report.ts';
import { renderNdjson } from '../json.ts';
import { type FixesOf, type GoneFile, indexFixes } from '../pending-fixes.ts';

type Cell = string | number | null;
type Row = Record<string, Cell>;

export function* renderRows(report: Report): Generator<string> {
  const head = hostCells(report);
  const fixes = indexFixes(report);
  if (report.scan.detail === 'units') {
    for (const unit of report.units) {
      for (const file of unit.files) yield renderNdjson({ ...head, ...unitRow(unit, file, fixes) });
    }
  }
  for (const process of report.processes) {
    for (const row of processRows(process, fixes)) yield renderNdjson({ ...head, ...row });
  }
}

function hostCells({ generated_at, host }: Report): Row {
  return {
    generated_at,
    hostname: host.hostname,
    host_id: host.id,
    boot_id: host.boot_id,
    labels: Object.entries(host.labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(','),
  };
}

function* processRows(process: Process, fixes: FixesOf): Generator<Row> {
  const { unit, session, container, user } = process;
  const about = {
    scope: unit?.scope ?? null,
    unit: unit?.name ?? null,
    unit_uid: unit?.user?.uid ?? null,
    session: session?.id ?? null,
    container_runtime: container?.runtime ?? null,
    container_id: container?.id ?? null,
    container_name: container?.name ?? null,
    pid: process.pid,
    pids: String(process.pid),
    uid: user?.uid ?? null,
    user: user?.name ?? null,
    process: process.name,
    command: process.command.join(' '),
    executable: process.executable?.path ?? null,
    started_at: process.started_at,
  };
  for (const map of process.maps) {
    const heldBytes = map.held_bytes === undefined ? 0 : map.held_bytes;
    yield { ...about, via: 'map', fd: null, ...fileCells(map, heldBytes, fixes(map, [process.pid])) };
  }
  for (const fd of process.fds)
    yield { ...about, via: 'fd', fd: fd.fd, ...fileCells(fd, fd.held_bytes, fixes(fd, [process.pid])) };
}

function unitRow(unit: Unit, file: UnitFile, fixes: FixesOf): Row {
  return {
    scope: unit.scope,
    unit: unit.name,
    unit_uid: unit.user?.uid ?? null,
    session: null,
    container_runtime: null,
    container_id: null,
    container_name: null,
    pid: null,
    pids: file.pids.join(','),
    uid: unit.user?.uid ?? null,
    user: unit.user?.name ?? null,
    process: null,
    command: null,
    executable: null,
    started_at: null,
    via: file.via,
    fd: null,
    ...fileCells(file, file.held_bytes, fixes(file, file.pids)),
  };
}

function fileCells(file: GoneFile, heldBytes: number | null, pendingFixes: number | null): Row {
  return {
    kind: file.kind,
    role: file.role,
    state: file.state,
    path: file.path,
    path_base64: file.path_base64,
    replaced_at: file.replaced_at,
    held_bytes: heldBytes,
    package: file.package?.name ?? null,
    package_version: file.package?.version ?? null,
    running_version: file.package?.running_version ?? null,
    pending_fixes: pendingFixes,
  };
}
