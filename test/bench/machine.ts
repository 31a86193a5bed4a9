// The machine on which a table was made: the facts that the figures depend on, and nothing that names the machine.

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

/** Everything else that the machine did and held: the `quiet` workload consists of this. */
export function describeLoad(): string {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
  return `${processes} processes and a load of ${loadavg()[0]?.toFixed(1)} when it began`;
}
