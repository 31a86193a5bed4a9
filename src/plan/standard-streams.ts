// A gone log of a unit -> whether the program got it as standard output or standard error. Then systemd (StandardOutput=append:) or
// a shell (>>) opened the log, and no reload can open it again. systemd.exec(5).

import type { Process } from '../documents/generated/report.ts';
import { type KeyOf, keyMaker } from '../keys.ts';

/**
 * Programs that put their own error log on descriptor 2, and do so again on a reload: nginx ngx_log_redirect_stderr(), httpd
 * server/log.c ap_open_logs().
 */
const renewing: ReadonlySet<string> = new Set(['nginx', 'angie', 'apache2', 'httpd']);

interface Uses {
  keyOf: KeyOf;
  /** By path: whether the file is at descriptor 1 or 2, and whether the program has it open at another descriptor as well. */
  byPath: ReadonlyMap<string, { handed: boolean; opened: boolean }>;
}

/** A cache, because one process may hold a hundred thousand files and is asked once for each. */
const known = new WeakMap<Process, Uses>();

/**
 * Returns false if the report does not say, as with --detail units, because a reload that does not help does no harm.
 * @param holders the processes that hold the file
 */
export function isHandedStream(
  file: { path: string; path_base64: string | null },
  holders: readonly Process[],
  mainPid: number | null,
): boolean {
  const main = holders.filter(({ pid }) => pid === mainPid);
  // A child inherits its streams. So if the main process holds the log too, only the main process is asked.
  return (main.length > 0 ? main : holders).some((process) => {
    const { keyOf, byPath } = usesOf(process);
    const use = byPath.get(keyOf(file.path, file.path_base64));
    const program = process.executable?.path.replace(/^.*\//s, '') ?? '';
    return use?.handed && !use.opened && !renewing.has(program);
  });
}

function usesOf(process: Process): Uses {
  const before = known.get(process);
  if (before !== undefined) return before;
  const keyOf = keyMaker();
  const byPath = new Map<string, { handed: boolean; opened: boolean }>();
  for (const { fd, path, path_base64 } of process.fds) {
    const key = keyOf(path, path_base64);
    const use = byPath.get(key) ?? { handed: false, opened: false };
    if (fd === 1 || fd === 2) use.handed = true;
    if (fd > 2) use.opened = true;
    byPath.set(key, use);
  }
  const uses = { keyOf, byPath };
  known.set(process, uses);
  return uses;
}
