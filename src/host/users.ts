// uid -> login name from passwd(5), read once and only if needed. Other sources (LDAP, sssd) may block and are not asked.

import { readHostFile } from './files.ts';

/** The first line of a uid wins, as in getpwuid(3); comments, NIS compat entries (+, -) and torn lines are skipped. */
export function parsePasswd(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const match = /^([^:#+-][^:]*):[^:]*:([0-9]+):[0-9]+(?::|$)/.exec(line);
    if (match && !names.has(Number(match[2]))) names.set(Number(match[2]), match[1] ?? '');
  }
  return names;
}

export function readUserNames(root: string): (uid: number) => string | null {
  let names: Map<number, string> | null = null;
  return (uid) => {
    names ??= parsePasswd(readHostFile(root, 'etc/passwd', 64 * 1024 * 1024) ?? '');
    return names.get(uid) ?? null;
  };
}
