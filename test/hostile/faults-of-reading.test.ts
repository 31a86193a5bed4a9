// Faults while /proc is read. Each call of a scan fails once, with each error that a kernel may give. The scan ends with a valid
// report or an expected error, finds nothing that does not exist, and counts what it could not read.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { shippedHideRules } from '../../src/deleted/hide-rules.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { LibUsersError } from '../../src/errors.ts';
import { scanHost } from '../../src/scan/scan.ts';
import { failure, withFs } from '../support/faulty-fs.ts';
import { startCreature } from '../support/hostile.ts';
import { inProcess } from '../support/in-process.ts';
import { isRoot, processOf, python, workFolder } from '../support/live.ts';
import { skipUnless } from '../support/skip.ts';
import { figure } from '../support/test-counters.ts';

/** Scans one process by the real program, inside the test's process. */
function scanOne(pid: number): Promise<Report> {
  return scanHost({
    procPath: '/proc',
    include: ['maps', 'fds'],
    pids: [pid],
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
    now: new Date(),
    readers: inProcess,
    onProgress: null,
  });
}

/** A process that maps a gone file and has it open. */
async function startHolder(t: TestContext): Promise<{ pid: number; path: string }> {
  const path = join(workFolder(t), 'held.so');
  const { child } = await startCreature(t, 'holding', Buffer.from(path).toString('hex'));
  return { pid: child.pid, path };
}

for (const code of ['EIO', 'EMFILE', 'ENOMEM', 'EACCES', 'ESRCH']) {
  test(`${code} at every call in turn: nothing is made up, nothing is lost without being counted`, async (t) => {
    if (!skipUnless(t, isRoot && python !== null, 'needs root and python3')) return;
    const { pid, path } = await startHolder(t);
    let total = 0;
    await withFs(
      (_, real, args) => {
        total++;
        return real(...args);
      },
      () => scanOne(pid),
    );
    assert.ok(total > 50, `${total} calls`);
    for (let failing = 0; failing < total; failing++) {
      let at = 0;
      let what = '';
      const report = await withFs(
        (call, real, args) => {
          if (at++ !== failing) return real(...args);
          what = `${code} of call ${failing}, ${call} ${String(args[0])}`;
          throw failure(code);
        },
        async () => {
          try {
            return await scanOne(pid);
          } catch (error) {
            if (error instanceof LibUsersError) return null;
            throw error;
          }
        },
      );
      figure('faults injected', 1);
      if (report === null) continue;
      assert.equal(await validateDocument('report', report), null, what);
      const found = processOf(report, pid);
      const files = [...(found?.maps ?? []), ...(found?.fds ?? [])];
      for (const file of files) {
        assert.equal(file.path, path, what);
        assert.match(file.state, /^(removed|unknown)$/, what);
      }
      const { denied, failed, vanished } = report.scan.processes;
      if (files.length < 2) assert.ok(denied + failed + vanished > 0, `${what}: lost in silence`);
    }
  });
}

test('short reads change nothing', async (t) => {
  if (!skipUnless(t, isRoot && python !== null, 'needs root and python3')) return;
  const { pid } = await startHolder(t);
  const facts = (report: Report) => ({ ...report, generated_at: null, scan: { ...report.scan, duration_seconds: 0 } });
  const whole = facts(await scanOne(pid));
  for (const most of [1, 7, 4095]) {
    const report = await withFs(
      (call, real, [fd, buffer, offset, length, position]) =>
        call === 'readSync'
          ? real(fd, buffer, offset, Math.min(most, length as number), position)
          : real(fd, buffer, offset, length, position),
      () => scanOne(pid),
    );
    assert.deepEqual(facts(report), whole, `at most ${most} bytes a read`);
    figure('faults injected', 1);
  }
});

test('a scan that may open no more files says what to do', async () => {
  const exhausted = () =>
    withFs(
      (call, real, args) => {
        if (call === 'readdirSync' && args[0] === '/proc') throw failure('EMFILE');
        return real(...args);
      },
      () => scanOne(process.pid),
    );
  await assert.rejects(exhausted, (error) => error instanceof LibUsersError && /ulimit -n/.test(error.hint ?? ''));
});
