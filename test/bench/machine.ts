// The machine that a table was made on: what the figures depend on, and nothing that names it.

import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';

export function describeMachine(): string {
  const os = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux';
  const virtual = /^flags\s*:.*\bhypervisor\b/m.test(readFileSync('/proc/cpuinfo', 'latin1'))
    ? ', a virtual machine'
    : '';
  const memory = Math.round(totalmem() / 2 ** 30);
  const cores = availableParallelism();
  return `${cpus()[0]?.model ?? 'unknown processor'}, ${cores} cores, ${memory} GiB${virtual}; ${os}, Linux ${release()}`;
}
