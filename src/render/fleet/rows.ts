// Fleet -> NDJSON, one line for every gone file and host, flat, every row with every column: generated_at hostname path
// via kind role state, and the units that use the file on any host, joined by commas: which of them do on this one only its
// own report says.

import type { Fleet } from '../../documents/generated/fleet.ts';
import { renderNdjson } from '../json.ts';

export function* renderFleetRows({ generated_at, files }: Fleet): Generator<string> {
  for (const { hosts, units, ...file } of files) {
    const units_on_any_host = units.join(',');
    for (const hostname of hosts) yield renderNdjson({ generated_at, hostname, ...file, units_on_any_host });
  }
}
