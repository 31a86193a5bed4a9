// Paths -> the packages that own them, from rpm: first the packages that own any of the paths, then the files of those packages.
// rpm(8). Two calls are needed, because an answer to `rpm -qf` does not name its path: a missing path has no line on stdout, a
// shared path several.

import type { Package } from '../documents/generated/report.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Run } from '../spawn.ts';
import { ask, type Owners } from './ask.ts';
import { indexNames, readMergedFolders } from './merged-folders.ts';

/** Marks a record. The notice about a path without an owner is in the user's language, and never begins like this. */
const mark = 'package\t';
const labelFormat = `${mark}%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\\n`;
const filesFormat = '[%{=NAME}\\t%{=EVR}\\t%{FILENAMES}\\n]';

export function queryRpm(paths: readonly Bytes[], run: Run, root: string): Owners {
  const found = ask(run, 'rpm', ['-qf', '--queryformat', labelFormat, '--'], paths);
  const labels = parseRpmLabels(found.lines);
  if (labels.length === 0) return { owners: new Map(), problem: found.problem };
  const files = ask(run, 'rpm', ['-q', '--queryformat', filesFormat, '--'], labels);
  const names = indexNames(paths, readMergedFolders(root));
  return { owners: parseRpmFiles(files.lines, names), problem: files.problem };
}

/** The packages in an answer to `rpm -qf`, each once, in bytewise order. */
function parseRpmLabels(lines: readonly Bytes[]): Bytes[] {
  const records = lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length));
  return [...new Set(records)].sort();
}

/** @param names all names of the asked paths; the first package that lists one of them owns it */
function parseRpmFiles(lines: readonly Bytes[], names: ReadonlyMap<Bytes, readonly Bytes[]>): Map<Bytes, Package> {
  const owners = new Map<Bytes, Package>();
  for (const line of lines) {
    const [, name, version, file] = /^([^\t]+)\t([^\t]+)\t(\/.*)$/s.exec(line) ?? [];
    if (name === undefined || version === undefined || file === undefined) continue;
    for (const path of names.get(file) ?? []) {
      if (!owners.has(path)) owners.set(path, { manager: 'rpm', name, version });
    }
  }
  return owners;
}
