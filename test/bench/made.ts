// Makes a workload on this host, and always removes it again.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { asSeenBy } from './upgraded.ts';
import type { Workload } from './workloads.ts';

/**
 * Calls `use` with the folder, and the words before a command that is to see what the processes see, while the processes run. The processes end with their standard input: at the end, on an error, and
 * when this program is killed.
 */
export async function whileMade(
  workload: Workload,
  program: string,
  use: (folder: string, enter: readonly string[]) => Promise<void>,
): Promise<void> {
  // Lies outside the temporary directories, because files there are judged differently.
  const folder = mkdtempSync('/var/lib/lib-users-bench-');
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const interrupted = () => {
    remove();
    process.exit(130);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    workload.prepare(folder);
    if (workload.processes === null) return await use(folder, []);
    const [first, ...words] = [...(workload.around?.(folder) ?? []), program, ...workload.processes(folder)];
    const child = spawn(first!, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    try {
      const [line] = await Promise.race([once(child.stdout, 'data'), ended]);
      if (String(line) !== 'ready\n') throw new Error(`the processes of ${workload.name} ended with ${line}`);
      const pid = child.pid!;
      workload.change(folder, pid);
      await use(folder, workload.around === null ? [] : asSeenBy(pid));
    } finally {
      child.stdin.end();
      await ended;
    }
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    remove();
  }
}
