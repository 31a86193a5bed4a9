// PID 1's name and the traces in /run -> the init system. sd_booted(3), openrc(8), init(8).

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../documents/generated/report.ts';
import { readHostFile } from './files.ts';

interface InitMark {
  init: Host['init'];
  /** PID 1's comm; null means any name. */
  name: string | null;
  /** One of these must exist; an empty list means that the name is enough. */
  paths: readonly string[];
}

/** The first match wins. OpenRC often runs below sysvinit's init. upstart and busybox call themselves init as well. */
const marks: readonly InitMark[] = [
  { init: 'systemd', name: null, paths: ['run/systemd/system'] },
  { init: 'systemd', name: 'systemd', paths: [] },
  { init: 'openrc', name: null, paths: ['run/openrc'] },
  { init: 'openrc', name: 'openrc-init', paths: [] },
  { init: 'sysvinit', name: 'init', paths: ['run/initctl', 'dev/initctl'] },
];

export function readInit(root: string, procPath: string): Host['init'] {
  const name = readHostFile(procPath, '1/comm')?.trimEnd();
  const found = marks.find(
    (mark) =>
      (mark.name === null || mark.name === name) &&
      (mark.paths.length === 0 || mark.paths.some((path) => existsSync(join(root, path)))),
  );
  return found?.init ?? 'other';
}
