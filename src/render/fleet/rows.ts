// Fleet -> NDJSON, one line for every gone file and host, flat, every row with every column: generated_at hostname path
// via kind role state, and the units that use the file on any host, joined by commas. Only a host's own report says which of
// those units use the file on that host.

import type { Fleet } from '../../documents/generated/fleet.ts';
import { renderNdjson } from '../json.ts';

export function* renderFleetRows({ generated_at, files }: Fleet): Generator<string> {
  for (const { hosts, units, ...file } of files) {
    const units_on_any_host = units.join(',');
    for (const hostname of hosts) yield renderNdjson({ generated_at, hostname, ...file, units_on_any_host });
  }
}
