// The machine that a table was made on: what the figures depend on, and nothing that names it.

import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

export function describeMachine(): string {
  const os = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux';
  const virtual = /^flags\s*:.*\bhypervisor\b/m.test(readFileSync('/proc/cpuinfo', 'latin1'))
    ? ', a virtual machine'
    : '';
  const memory = Math.round(totalmem() / 2 ** 30);
  const cores = availableParallelism();
  return `${cpus()[0]?.model ?? 'unknown processor'}, ${cores} cores, ${memory} GiB${virtual}; ${os}, Linux ${release()}`;
}

/** What else there was to do and to look at: the `quiet` workload is this. */
export function describeLoad(): string {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
  return `${processes} processes and a load of ${loadavg()[0]?.toFixed(1)} when it began`;
}
