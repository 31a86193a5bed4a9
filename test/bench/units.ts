// Numbers -> many services of one systemd that nobody runs: their control groups, and a systemctl that answers for them in a mount
// namespace of their own, so that no file of the host changes.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { affectedUnit, relatedUnit } from '../../src/systemd/unit-block.ts';

const hierarchies = ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified', '/sys/fs/cgroup'];
/** Each service requires the one before, in groups of as many. */
const chained = 10;
const target = 'bench.target';

const nameOf = (index: number) => `bench-${String(index).padStart(4, '0')}.service`;

/** The folder in which the services have their control groups. */
export function benchSlice(): string {
  const root = hierarchies.find((path) => existsSync(join(path, 'cgroup.procs')));
  if (root === undefined) throw new Error('wants a hierarchy of control groups in /sys/fs/cgroup');
  const slice = join(root, 'system.slice');
  mkdirSync(slice, { recursive: true });
  return slice;
}

const everyUnit = {
  ...{ LoadState: 'loaded', ActiveState: 'active', SubState: 'running', Transient: 'no', CanStart: 'yes' },
  ...{ CanStop: 'yes', CanReload: 'no', RefuseManualStart: 'no', RefuseManualStop: 'no', NeedDaemonReload: 'no' },
  ...{ FailureAction: 'none', SuccessAction: 'none', StartLimitAction: 'none', JobTimeoutAction: 'none' },
  ...{ OnFailureJobMode: 'replace', OnSuccessJobMode: 'fail', SurviveFinalKillSignal: 'no' },
};

function block(name: string, properties: readonly string[], values: Readonly<Record<string, string>>): string {
  const known: Readonly<Record<string, string>> = { ...everyUnit, Id: name, Names: name, ...values };
  return properties.map((property) => `${property}=${known[property] ?? ''}\n`).join('');
}

function service(index: number): string {
  const next = (index + 1) % chained === 0 ? '' : nameOf(index + 1);
  const before = index % chained === 0 ? '' : nameOf(index - 1);
  return block(nameOf(index), affectedUnit.properties, {
    ...{ Type: 'simple', MainPID: '0', ControlPID: '0', KillMode: 'control-group' },
    ...{ ControlGroup: `/system.slice/${nameOf(index)}`, RequiredBy: next, Requires: before },
    ...{ Wants: target, After: `${before} ${target}`.trim() },
  });
}

/** Writes a systemctl that answers for so many services into a folder of the workload. */
export function makeSystemctl(folder: string, count: number): void {
  const blocks = Array.from({ length: count }, (_, index) => service(index));
  writeFileSync(join(folder, 'affected'), blocks.join('\n'));
  writeFileSync(join(folder, 'related'), block(target, relatedUnit.properties, {}));
  const script = `#!/bin/sh
case "$*" in
*--version*) echo 'systemd 257 (257)' ;;
*MainPID*) exec cat ${folder}/affected ;;
*) exec cat ${folder}/related ;;
esac
`;
  writeFileSync(join(folder, 'systemctl'), script, { mode: 0o755 });
}

/** The words before the command that starts the processes: a network of their own as well, since they listen at many ports. */
export function withSystemctl(folder: string): string[] {
  const script = `
mount --bind "$1/systemctl" "$(readlink -f /usr/bin/systemctl)"; shift
ip link set lo up
exec "$@"`;
  return ['unshare', '--mount', '--net', '--propagation', 'private', 'sh', '-ec', script, 'sh', folder];
}
