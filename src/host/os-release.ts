// os-release(5) -> the operating system's id, version and name. The file is a list of shell assignments without expansion, quoted
// as in sh. The last assignment of a name counts. Nothing is ever evaluated.

import type { OperatingSystem } from '../documents/generated/report.ts';
import { readHostFile } from './files.ts';

/** Reads /etc/os-release, else /usr/lib/os-release; null if neither can be read. */
export function readOsRelease(root: string): OperatingSystem | null {
  const text = readHostFile(root, 'etc/os-release') ?? readHostFile(root, 'usr/lib/os-release');
  return text === null ? null : parseOsRelease(text);
}

/** A field is null if it is missing or empty. Lines that are not assignments are skipped. */
export function parseOsRelease(text: string): OperatingSystem {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const assignment = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(line);
    if (assignment) values.set(assignment[1]!, unquote(assignment[2]!));
  }
  const field = (name: string) => values.get(name) || null;
  return { id: field('ID'), version_id: field('VERSION_ID'), name: field('PRETTY_NAME') ?? field('NAME') };
}

/** The first word of a shell assignment's right side. */
function unquote(value: string): string {
  let word = '';
  const parts = /'([^']*)'?|"((?:\\.|[^"\\])*)"?|\\(.)|([^\s'"\\]+)|(\s.*|\\)/gs;
  for (const [, single, double, escaped, bare, rest] of value.matchAll(parts)) {
    if (rest !== undefined) break;
    // In double quotes a backslash escapes only these characters; before others it is an ordinary character.
    word += single ?? double?.replace(/\\([$"\\`])/g, '$1') ?? escaped ?? bare ?? '';
  }
  return word;
}
