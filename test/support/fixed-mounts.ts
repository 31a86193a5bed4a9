// A table of mounts that the test writes, whatever mounts the machine has.
import type { MountTable } from '../../src/procfs/mounts.ts';
import type { View } from '../../src/procfs/view.ts';

export function fixedMounts(table: MountTable): View['live'] {
  return {
    table,
    mountOf: (_fd, id) => {
      const mount = table.byId(id);
      return mount && { mount, local: table.isLocal(mount) };
    },
    close() {},
  };
}
