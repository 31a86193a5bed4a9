// A gone log of a unit -> whether it is standard output or error that was handed to the program: systemd (StandardOutput=append:)
// or a shell (>>) opened it, so that no reload can open it again. systemd.exec(5).

import type { Process } from '../documents/generated/report.ts';

/**
 * Programs that lay an error log of their own over descriptor 2, and do so again when they are reloaded: nginx
 * ngx_log_redirect_stderr(), httpd server/log.c ap_open_logs().
 */
const renewing: ReadonlySet<string> = new Set(['nginx', 'angie', 'apache2', 'httpd']);

/** Each process is looked through once: one may hold a hundred thousand files. */
const known = new WeakMap<Process, ReadonlyMap<string, { handed: boolean; opened: boolean }>>();

/**
 * false if the report does not say, as with --detail units: a reload that does not help does no harm.
 * @param holders the processes that hold it
 */
export function isHandedStream(
  file: { path: string; path_base64: string | null },
  holders: readonly Process[],
  mainPid: number | null,
): boolean {
  const main = holders.filter(({ pid }) => pid === mainPid);
  // A child has its streams of its parent: if that one holds the log too, the parent tells.
  return (main.length > 0 ? main : holders).some((process) => {
    const use = usesOf(process).get(keyOf(file));
    const program = process.executable?.path.replace(/^.*\//s, '') ?? '';
    return use?.handed && !use.opened && !renewing.has(program);
  });
}

/** By path: whether it is at descriptor 1 or 2, and whether the program has it open elsewhere as well. */
function usesOf(process: Process): ReadonlyMap<string, { handed: boolean; opened: boolean }> {
  const before = known.get(process);
  if (before !== undefined) return before;
  const uses = new Map<string, { handed: boolean; opened: boolean }>();
  for (const { fd, path, path_base64 } of process.fds) {
    const use = uses.get(keyOf({ path, path_base64 })) ?? { handed: false, opened: false };
    if (fd === 1 || fd === 2) use.handed = true;
    if (fd > 2) use.opened = true;
    uses.set(keyOf({ path, path_base64 }), use);
  }
  known.set(process, uses);
  return uses;
}

const keyOf = ({ path, path_base64 }: { path: string; path_base64: string | null }): string =>
  `${path}\0${path_base64}`;
