// os-release(5) -> ID, VERSION_ID and PRETTY_NAME. Values are quoted as a shell would; nothing is ever evaluated.

import type { OperatingSystem } from '../documents/generated/report.ts';
import { readHostFile } from './files.ts';

export function parseOsRelease(text: string): OperatingSystem {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z][A-Z0-9_]*)=(.*?)\s*$/.exec(line);
    if (match) fields.set(match[1] ?? '', unquote(match[2] ?? ''));
  }
  const field = (name: string) => fields.get(name) || null;
  return { id: field('ID'), version_id: field('VERSION_ID'), name: field('PRETTY_NAME') };
}

/** /etc/os-release, else /usr/lib/os-release. */
export function readOsRelease(root: string): OperatingSystem {
  return parseOsRelease(readHostFile(root, 'etc/os-release') ?? readHostFile(root, 'usr/lib/os-release') ?? '');
}

function unquote(value: string): string {
  const single = /^'([^']*)'$/.exec(value);
  if (single) return single[1] ?? '';
  const double = /^"(.*)"$/.exec(value);
  return (double ? (double[1] ?? '') : value).replace(/\\(["$`\\'])/g, '$1');
}
