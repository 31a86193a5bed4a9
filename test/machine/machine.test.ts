// A whole machine with a kernel of its own: a day in which each timer and each cron job comes at its own time, then a newer kernel, and
// a reboot into it. `MACHINE_HOURS=24 npm run test:machine`; without the variable the machine goes straight to its newer kernel.
// With MACHINE_FOLDER its disk and its answers are kept there, and a second run only judges the answers.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { skip } from '../support/skip.ts';
import { bootOnce, machineObstacle, makeDisk, readFolder } from './machine.ts';
import { countRuns } from './runs.ts';
import { outdatedLines, unitsWithGone } from './told.ts';
import { packageOf, parseUpgrades, readScans, trulyOutdated } from './truth.ts';

const hours = Number(process.env.MACHINE_HOURS ?? 0);
/** For each hour of the machine, and for its boots. */
const timeout = (hours * 10 + 60) * 60_000;
/** Shells keep their script open, and Perl one that has data at its end, so that the kernel shows it as gone code. */
const keptOpen = ['/usr/sbin/munin-node', '/usr/sbin/spamd', '/srv/bin/deployed'];

const unitOf = (line: string) => line.split(' ')[0]!;

/** The ids that the changelog of a kernel of Debian has since a version, by its text alone. */
function idsSince(folder: string, running: string): Set<string> {
  const text = gunzipSync(readFileSync(join(folder, 'changelog.gz'))).toString();
  const newer = text.split(/^(?=linux\S* \()/m);
  const at = newer.findIndex((entry) => entry.split(' ')[1] === `(${running})`);
  assert.ok(at > 0, `${running} is in the changelog, and not first`);
  return new Set(newer.slice(0, at).flatMap((entry) => entry.match(/CVE-\d{4}-\d{4,}/g) ?? []));
}

/** Runs a machine in `folder`, and returns its folders of answers, before and after its reboot. What is there already is not done again. */
async function machineAnswers(folder: string): Promise<{ first: string; second: string }> {
  const disk = join(folder, 'disk');
  const first = join(folder, 'first/day');
  const second = join(folder, 'second/day');
  if (!existsSync(disk)) await makeDisk(folder, hours);
  if (!existsSync(first)) {
    // The clock of the machine may not be before the births of its files.
    const evening = new Date(Date.now() + 86_400_000);
    evening.setUTCHours(17, 0, 0, 0);
    await bootOnce(disk, evening, timeout);
    await readFolder(disk, '/var/day', join(folder, 'first'));
  }
  if (!existsSync(second)) {
    const off = Number(readFileSync(join(first, 'off'), 'utf8'));
    await bootOnce(disk, new Date((off + 60) * 1000), timeout);
    await readFolder(disk, '/var/day', join(folder, 'second'));
  }
  return { first, second };
}

test('a machine, its day and its newer kernel', { timeout }, async (t) => {
  const obstacle = machineObstacle();
  if (obstacle !== null) return skip(t, obstacle);
  const kept = process.env.MACHINE_FOLDER;
  const folder = kept ?? mkdtempSync('/var/tmp/lib-users-machine-');
  if (kept === undefined) t.after(() => rmSync(folder, { recursive: true }));
  const { first, second } = await machineAnswers(folder);
  const text = (name: string) => readFileSync(join(first, name), 'utf8');
  const json = <T>(name: string): T => JSON.parse(text(name)) as T;

  await t.test('the day', (t) => {
    if (hours === 0) return t.skip('takes an hour or two more: MACHINE_HOURS=24');
    const upgrades = parseUpgrades(text('dpkg.log')).filter(({ began }) => began >= Number(text('began')));
    const scans = readScans(join(first, 'scans'));
    assert.ok(scans.length >= hours * 4, `${scans.length} scans`);
    const faults: string[] = [];
    const seen = new Map<string, number>();
    for (const scan of scans) {
      const { outdated, changing } = trulyOutdated(scan, upgrades, scans);
      const told = outdatedLines(scan.report);
      const gone = unitsWithGone(scan.report, (path) => keptOpen.includes(path));
      const time = new Date(scan.began * 1000).toISOString();
      const isOpen = (line: string) => changing.includes(unitOf(line));
      for (const line of told) {
        seen.set(line, (seen.get(line) ?? 0) + 1);
        if (!outdated.includes(line) && !isOpen(line)) faults.push(`${time} false: ${line}`);
      }
      for (const line of outdated)
        if (!told.includes(line) && !isOpen(line) && !gone.includes(unitOf(line)))
          faults.push(`${time} missed: ${line}`);
    }
    const { runs, units } = countRuns(text('journal'), text('timers'));
    t.diagnostic(`${scans.length} scans in ${hours} hours, by unit: ${JSON.stringify([...seen])}`);
    t.diagnostic(`timers: ${units.map((each) => each.join(' ')).join(', ')}`);
    t.diagnostic(`cron: ${runs.map((each) => each.join(' ')).join(', ')}`);
    t.diagnostic(`upgrades: ${upgrades.map(({ name, version }) => `${name} ${version}`).join(', ')}`);
    assert.deepEqual(faults, []);
    if (hours < 24) return;
    for (const each of ['fail2ban', 'puma', 'spamd', 'supervisor', 'munin-node', 'libssl3', 'python3.11', 'day-kept'])
      assert.ok(
        upgrades.some(({ name }) => name === each),
        `${each} was upgraded in the day`,
      );
    for (const unit of ['day-kept', 'fail2ban', 'srv-puma'])
      assert.ok([...seen.keys()].map(unitOf).includes(`${unit}.service`), `${unit} was outdated for a while`);
    for (const name of ['apt-daily', 'apt-daily-upgrade', 'logrotate', 'man-db', 'dpkg-db-backup'])
      assert.ok(
        units.some(([unit, count]) => unit === `${name}.service` && count > 0),
        `${name} ran`,
      );
    for (const unit of Object.keys(packageOf))
      assert.ok(scans[0]!.starts.has(unit) && scans.at(-1)!.starts.has(unit), `${unit} runs`);
  });

  await t.test('a newer kernel is installed, and does not run', () => {
    const before = json<Report>('old-kernel.json');
    assert.deepEqual([before.scan.complete, before.host.microcode], [true, null]);
    assert.equal(before.host.kernel_fixes?.release, before.host.kernel_release);
    assert.deepEqual(before.host.kernel_fixes?.fixes?.cves, []);
    const report = json<Report>('new-kernel.json');
    const fixes = report.host.kernel_fixes!;
    const release = readdirSync(first)
      .map((name) => /^linux-image-(\d.*)$/.exec(name)?.[1])
      .find((name) => name !== undefined && name !== report.host.kernel_release)!;
    assert.deepEqual(
      [fixes.release, fixes.name, fixes.evidence],
      [release, `linux-image-${release}`, 'kernel_version'],
    );
    assert.equal(report.host.reboot.required, true);
    assert.ok(report.host.reboot.reasons.some(({ code }) => code === 'kernel_outdated'));
    const ids = idsSince(join(first, `linux-image-${release}`), fixes.running_version!);
    assert.ok(ids.size > 0);
    assert.deepEqual(new Set(fixes.fixes?.cves), ids);
    const plan = json<Plan>('plan.json');
    assert.equal(plan.reboot.required, true);
    assert.equal(plan.reboot.fixes?.count, ids.size);
    assert.equal(text('check.json.status'), '5\n');
  });

  await t.test('the restart that the plan names closes its finding', () => {
    const plan = json<Plan>('plan.json');
    assert.ok(plan.services.includes('nginx.service'));
    const units = (name: string) => unitsWithGone(json<Report>(name));
    assert.ok(units('new-kernel.json').includes('nginx.service'));
    assert.deepEqual(
      units('restarted.json'),
      units('new-kernel.json').filter((name) => name !== 'nginx.service'),
    );
  });

  await t.test('after the reboot the newer kernel runs, and nothing is stale', () => {
    const after = JSON.parse(readFileSync(join(second, 'after.json'), 'utf8')) as Report;
    assert.equal(after.host.kernel_release, json<Report>('new-kernel.json').host.kernel_fixes?.release);
    assert.deepEqual([after.host.reboot.required, after.host.reboot.reasons], [false, []]);
    assert.deepEqual([after.host.kernel_fixes?.fixes?.cves, after.host.microcode], [[], null]);
    assert.deepEqual([unitsWithGone(after), outdatedLines(after), after.scan.complete], [[], [], true]);
    assert.equal(readFileSync(join(second, 'after.check.json.status'), 'utf8'), '0\n');
  });
});
