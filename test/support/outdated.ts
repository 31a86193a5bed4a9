// A few words -> what is outdated in a unit of a report.

import type { Outdated } from '../../src/documents/generated/report.ts';

/** A script of Python whose package was upgraded from 1 to 2. */
export function outdated(
  confidence: Outdated['confidence'],
  path = '/usr/bin/a',
  more: Partial<Outdated> = {},
): Outdated {
  return {
    ...{ kind: confidence === 'certain' ? 'snap' : 'script', confidence, path, path_base64: null, language: 'python' },
    ...{ evidence: ['script_reborn', 'package_upgraded'], since: '2026-11-23T07:00:00Z', pids: [100] },
    package: { manager: 'dpkg', name: 'a', version: '2', running_version: '1' },
    ...more,
  };
}
