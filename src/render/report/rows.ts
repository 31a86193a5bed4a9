// Report -> NDJSON, one finding a line, flat: for `jq -r '[.[]] | @csv'`, databases and log shippers.
// One row per process and gone map or fd, and what is outdated; with --detail units one row per unit and file. No value is an object or an
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
//   via fd kind role state                      how the file is used, and what became of it; fd is the descriptor;
//                                               via is outdated if the file is superseded and not gone
//   path path_base64                            the file
//   replaced_at held_bytes                      null if it is not known
//   package package_version                     who owns the path now, with --packages
//   running_version                             the version that the file is of, with --fixes
//   pending_fixes                               how many CVE ids were fixed since, at least; null if that is not known
//   confidence evidence                         certain or likely if via is outdated, and the facts, joined by commas
//
// A hint (--possible) has no row, because it is for people only.

import type { Outdated, Process, Report, Unit } from '../../documents/generated/report.ts';
import { renderNdjson } from '../json.ts';
import { isNoHint } from '../outdated-words.ts';
import { type FixesOf, type GoneFile, indexFixes } from '../pending-fixes.ts';

type Cell = string | number | null;
type Row = Record<string, Cell>;

export function* renderRows(report: Report): Generator<string> {
  const head = hostCells(report);
  const fixes = indexFixes(report);
  if (report.scan.detail === 'units') {
    for (const unit of report.units) {
      for (const row of unitRows(unit, fixes)) yield renderNdjson({ ...head, ...row });
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
  for (const each of (process.outdated ?? []).filter(isNoHint))
    yield { ...about, via: 'outdated', fd: null, ...outdatedCells(each, fixes) };
}

function* unitRows(unit: Unit, fixes: FixesOf): Generator<Row> {
  const about = (pids: readonly number[]): Row => ({
    scope: unit.scope,
    unit: unit.name,
    unit_uid: unit.user?.uid ?? null,
    session: null,
    container_runtime: null,
    container_id: null,
    container_name: null,
    pid: null,
    pids: pids.join(','),
    uid: unit.user?.uid ?? null,
    user: unit.user?.name ?? null,
    process: null,
    command: null,
    executable: null,
    started_at: null,
  });
  for (const file of unit.files) {
    const { via, held_bytes: heldBytes, pids } = file;
    yield { ...about(pids), via, fd: null, ...fileCells(file, heldBytes, fixes(file, pids)) };
  }
  for (const each of (unit.outdated ?? []).filter(isNoHint))
    yield { ...about(each.pids), via: 'outdated', fd: null, ...outdatedCells(each, fixes) };
}

type File = Pick<GoneFile, 'role' | 'state' | 'path' | 'path_base64' | 'replaced_at' | 'package'> & { kind: string };

function fileCells(file: File, heldBytes: number | null, pendingFixes: number | null): Row {
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
    confidence: null,
    evidence: null,
  };
}

/** Nothing of it is gone, so that it holds nothing. */
function outdatedCells(outdated: Outdated, fixes: FixesOf): Row {
  const { kind, path, path_base64, since, package: owner, pids, confidence, evidence } = outdated;
  const facts = { role: 'code', state: 'replaced', replaced_at: since, package: owner } as const;
  const file = { kind, path, path_base64, ...facts };
  return { ...fileCells(file, 0, fixes(file, pids)), confidence, evidence: evidence.join(',') };
}
