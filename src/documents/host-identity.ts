// The host of a report -> the fields that identify it and its boot, as plan and drift repeat them.

import type { Host } from './generated/report.ts';

export function hostIdentity({ hostname, id, boot_id }: Host): Pick<Host, 'hostname' | 'id' | 'boot_id'> {
  return { hostname, id, boot_id };
}
