// A whole process as its files in /proc, every one of them hostile -> the real scan -> a report -> every format.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { shippedHideRules } from '../../../src/deleted/hide-rules.ts';
import type { Report } from '../../../src/documents/generated/report.ts';
import { validateDocument } from '../../../src/documents/validate.ts';
import type { ScanOptions } from '../../../src/scan/options.ts';
import { scanHost } from '../../../src/scan/scan.ts';
import { assertEveryFormat } from '../../support/every-format.ts';
import { inProcess } from '../../support/in-process.ts';
import type { Target } from '../engine.ts';
import { keepForeign } from './report.ts';

const pid = 4242;
const folder = mkdtempSync(join(tmpdir(), 'lib-users-fuzz-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const files = new Set(['maps', 'stat', 'status', 'cgroup', 'mountinfo', 'cmdline', 'fdinfo/3', 'fdinfo/4']);
const links = new Set(['exe', 'root', 'fd/3', 'fd/4', 'ns/mnt', 'ns/pid', 'ns/cgroup']);

/** Sections that begin with a line `== NAME`. A name that comes twice counts once; a name that is none is no file. */
function layOut(input: Buffer): void {
  const base = join(folder, String(pid));
  rmSync(base, { recursive: true, force: true });
  mkdirSync(base);
  const taken = new Set<string>();
  for (const section of `\n${input.toString('latin1')}`.split('\n== ').slice(1)) {
    const end = section.indexOf('\n');
    const name = section.slice(0, end);
    const content = Buffer.from(section.slice(end + 1), 'latin1');
    if (end < 0 || taken.has(name)) continue;
    taken.add(name);
    const path = join(base, name);
    if (files.has(name) || links.has(name)) mkdirSync(dirname(path), { recursive: true });
    if (files.has(name)) writeFileSync(path, content);
    else if (links.has(name)) {
      const target = Buffer.from(content.subarray(0, 4000).filter((byte) => byte !== 0));
      if (target.length > 0) symlinkSync(target, path);
    }
  }
}

const options: ScanOptions = {
  procPath: folder,
  include: ['maps', 'fds'],
  pids: [],
  units: [],
  rules: shippedHideRules,
  defaultRules: true,
  ignore: [],
  ignoreLiteral: [],
  commandLine: 'full',
  detail: 'processes',
  packages: false,
  fixes: false,
  possible: false,
  systemctl: false,
  labels: {},
  now: new Date('2026-11-23T07:40:12Z'),
  readers: inProcess,
  onProgress: null,
};
/** Each input meets one of them, chosen by its length. */
const variants: readonly Partial<ScanOptions>[] = [{}, { rules: [], defaultRules: false }, { commandLine: 'program' }];

export const hostileProcess: Target = {
  name: 'process',
  async run(input) {
    layOut(input);
    const report = await scanHost({ ...options, ...variants[input.length % variants.length] });
    const violation = await validateDocument('report', report);
    assert.equal(violation, null, JSON.stringify(violation));
    const { seen, inspected, kernel_threads, vanished, denied, failed, blocked = 0 } = report.scan.processes;
    assert.equal(
      seen,
      inspected + kernel_threads + vanished + denied + failed + blocked,
      'every process is counted once',
    );
    assert.equal(report.scan.complete, denied + failed + blocked === 0);
    if (report.processes.length > 0) keepForeign(await assertEveryFormat(report));
    return shapeOf(report);
  },
};

function shapeOf({ scan, processes, units }: Report): string {
  const { inspected, vanished, denied, failed } = scan.processes;
  const uses = processes.flatMap(({ maps, fds }) =>
    [...maps, ...fds].map(({ kind, role, state, path_base64 }) => `${kind}-${role}-${state}-${path_base64 !== null}`),
  );
  const owner = `${units[0]?.scope} ${processes[0]?.container?.runtime} ${processes[0]?.session !== null}`;
  const hidden = scan.suppressed.map(({ rule }) => rule);
  return [inspected, vanished, denied, failed, owner, ...new Set(uses), ...hidden].join(' ');
}
