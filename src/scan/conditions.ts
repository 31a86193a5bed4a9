// The files of a unit -> whether its conditions and assertions hold now. Only files that root alone can change are read, and each look at
// a path is that of the scanner's own view, so that nothing can hang. systemd.unit(5) has the folders of unit files.

import { type Host, openTrusted, readWhole } from '../host/trusted-file.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Views } from '../procfs/views.ts';
import { allHold, type Condition, parseConditions } from '../systemd/conditions.ts';
import { followOnDisk } from './on-disk.ts';

const unitFolder = /^((?:\/etc|\/run|\/usr\/lib|\/usr\/local\/lib|\/lib)\/systemd\/[a-z.]+)\/(.+)$/;
const mostBytes = 256 * 1024;
/** A service may make files here that go when it stops, so that they do not stand in the way of its start. */
const passing = /^\/(?:run|var\/run|var\/lock)\//;

/**
 * @param files the unit file, and its drop-ins in systemd's order; null if they are not known, or if systemd has read others
 * @returns null if that is not known, as for conditions on anything but a path
 */
export function conditionsMet(files: readonly string[] | null, views: Views): boolean | null {
  const texts = readUnitFiles(files, views);
  return texts === null ? null : holdNow(texts, views);
}

/** Whether the start is skipped by a condition, or else fails by an assertion: systemd looks at the conditions first. */
export function checkStart(files: readonly string[] | null, views: Views): 'skipped' | 'failed' | 'allowed' | null {
  const texts = readUnitFiles(files, views);
  return texts === null ? null : checkNow(texts, views);
}

/** @param texts those of the unit file and its drop-ins */
export function checkNow(texts: readonly Bytes[], views: Views): ReturnType<typeof checkStart> {
  const { conditions, assertions } = holdEach(texts, views);
  if (conditions !== true) return conditions === false ? 'skipped' : null;
  return assertions === false ? 'failed' : 'allowed';
}

function readUnitFiles(files: readonly string[] | null, views: Views): Bytes[] | null {
  if (files === null || files.length === 0) return null;
  const host: Host = { root: '/', isLocal: (path) => views.ownMounts.isLocalWalk(path) };
  const texts: Bytes[] = [];
  for (const path of files) {
    const text = readUnitFile(host, path);
    if (text === null) return null;
    texts.push(text);
  }
  return texts;
}

/** @param texts those of the unit file and its drop-ins */
export function holdNow(texts: readonly Bytes[], views: Views): boolean | null {
  const both = Object.values(holdEach(texts, views));
  return both.includes(false) ? false : both.includes(null) ? null : true;
}

function holdEach(texts: readonly Bytes[], views: Views) {
  const { conditions, assertions } = parseConditions(texts);
  const all = (list: readonly Condition[]) => allHold(list, (each) => holds(each, views));
  return { conditions: all(conditions), assertions: all(assertions) };
}

function readUnitFile(host: Host, path: string): Bytes | null {
  const [, folder, name] = unitFolder.exec(path) ?? [];
  const file = folder === undefined || name === undefined ? null : openTrusted(host, folder, name);
  return file === null ? null : readWhole(file, mostBytes);
}

function holds({ check, path, negated }: Condition, views: Views): boolean | null {
  if (check === null) return null;
  const look = followOnDisk(path, views);
  if (look.kind === 'absent') return false;
  if (look.kind === 'unknown' || look.link) return null;
  const found = { exists: true, directory: look.directory, not_empty: look.regular && look.size > 0n }[check];
  return found && negated && passing.test(path) ? null : found;
}
