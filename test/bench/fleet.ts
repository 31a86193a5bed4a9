// The reports of 10,000 hosts: 30 units with 6 libraries each, 49 KB a report, and a result of 700,000 host names.

import { closeSync, openSync, writeSync } from 'node:fs';
import type { Fleet } from '../../src/documents/generated/fleet.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { file, report, unit } from '../support/reports.ts';

const hosts = 10_000;

export function writeReports(path: string): void {
  const libraries = Array.from({ length: 40 }, (_, index) =>
    file('code', `/usr/lib/x86_64-linux-gnu/lib${index}.so.${index}`),
  );
  const units = Array.from({ length: 30 }, (_, index) =>
    unit(`service-${index}.service`, libraries.slice(index % 34, (index % 34) + 6)),
  );
  const template = report({ units, scan: { detail: 'units' }, summary: { processes: 30 } });
  const fd = openSync(path, 'w');
  for (let index = 0; index < hosts; index++) {
    const host = { ...template.host, hostname: `host-${index}`, id: index.toString(16).padStart(32, '0') };
    writeSync(fd, `${JSON.stringify({ ...template, host } satisfies Report)}\n`);
  }
  closeSync(fd);
}

export function checkFleet(stdout: string): boolean {
  const { summary, units, files } = JSON.parse(stdout) as Fleet;
  return summary.hosts === hosts && units.length === 30 && files.every((each) => each.hosts.length === hosts);
}
