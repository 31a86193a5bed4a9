// The host of a report -> what tells it from other hosts and from its own earlier boots, as plan and drift repeat it.

import type { Host } from './generated/report.ts';

export function hostIdentity({ hostname, id, boot_id }: Host): Pick<Host, 'hostname' | 'id' | 'boot_id'> {
  return { hostname, id, boot_id };
}
