// Files of the host -> the host facts of the report: its name and id, its boot and kernel, whether it needs a
// reboot, and its microcode. proc(5)
// and the pages that the modules beside this one name.

import { hostname } from 'node:os';
import type { Host } from '../documents/generated/report.ts';
import { formatTimeOrNull } from '../documents/time.ts';
import { readBootTime } from './clock.ts';
import type { HostPlaces } from './container.ts';
import { readHostFile } from './files.ts';
import { readInit } from './init.ts';
import { readHostId } from './machine-id.ts';
import { readMicrocode } from './microcode/microcode.ts';
import { readOsRelease } from './os-release.ts';
import { readReboot } from './reboot.ts';

export interface HostAnswer {
  /** The host without the labels, which come from the user, the version of systemctl, and what packages tell of its kernel. */
  host: Omit<Host, 'labels' | 'systemd_version' | 'kernel_fixes'>;
  /** One sentence for each fact that could not be read or is odd. A missing machine id is not a problem, because many containers have none. */
  problems: string[];
}

export function readHost(places: HostPlaces): HostAnswer {
  const { root, procPath } = places;
  const line = (path: string) => readHostFile(procPath, path)?.trim() || null;
  const bootTime = readBootTime(procPath);
  const os = readOsRelease(root);
  const bootId = line('sys/kernel/random/boot_id');
  const kernelRelease = line('sys/kernel/osrelease');
  const { microcode, reasons, problems } = readMicrocode(places, kernelRelease, bootTime);
  const unread: [boolean, string][] = [
    [bootTime === null, `${procPath}/stat does not say when the host booted: start times are left out`],
    [bootId === null, `${procPath}/sys/kernel/random/boot_id cannot be read: boot_id is left out`],
    [kernelRelease === null, `${procPath}/sys/kernel/osrelease cannot be read: whether to reboot is not known`],
    [os === null, 'there is no os-release file: the operating system is not known'],
  ];
  return {
    host: {
      hostname: line('sys/kernel/hostname') ?? hostname(),
      id: readHostId(root),
      boot_id: bootId,
      booted_at: formatTimeOrNull(bootTime === null ? null : bootTime * 1000),
      os: os ?? { id: null, version_id: null, name: null },
      kernel_release: kernelRelease,
      init: readInit(root, procPath),
      reboot: readReboot(places, kernelRelease, reasons),
      microcode,
    },
    problems: [...unread.flatMap(([missing, problem]) => (missing ? [problem] : [])), ...problems],
  };
}
