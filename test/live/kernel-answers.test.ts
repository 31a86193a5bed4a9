// Hundreds of random names as the kernel prints them, compared with the real ones: those that the process itself knows, and those
// of map_files and stat. The parsers read the real files of a real process.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import fc from 'fast-check';
import { accessOf, parseFdInfo } from '../../src/procfs/fdinfo.ts';
import { formatStatDevice } from '../../src/procfs/file-systems.ts';
import { parseMapping } from '../../src/procfs/maps.ts';
import { parseMountinfo } from '../../src/procfs/mountinfo.ts';
import { parseStat } from '../../src/procfs/stat.ts';
import { python, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { projectRoot } from '../support/project.ts';

interface Truth {
  maps: { path: string; device: string; inode: string; gone: boolean }[];
  mounts: { path: string; device: string; id: number }[];
  fds: { fd: number; access: string; append: boolean; inode: string }[];
  names: { name: string; stat: string }[];
  ppid: number;
}

const traps = [
  'x (deleted)',
  '\\012',
  '\\040',
  '\n',
  ' ',
  '  ',
  '(deleted)',
  ') R 1',
  '\t',
  '#',
  '\\',
  '\x1b[2J',
  '\xff',
  '.nfs',
  '\r',
];
const names = fc
  .array(
    fc.oneof(
      fc.constantFrom(...traps),
      fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 6 }),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((parts) => parts.join('').replaceAll('/', '|').slice(0, 255))
  .filter((name) => !['', '.', '..', 'log'].includes(name));

const bytes = (hex: string): string => Buffer.from(hex, 'hex').toString('latin1');

test('random names: maps, mountinfo, stat and fdinfo say what is', async (t) => {
  if (!needs(t, 'mounts', 'stat map_files', 'python3')) return;
  const drawn = [...new Set(fc.sample(names, { numRuns: 600, seed: 11 }))];
  const child = spawn(python!, [join(projectRoot, 'test/support/odd-process.py'), workFolder(t)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  child.stdin.write(`${JSON.stringify(drawn.map((name) => Buffer.from(name, 'latin1').toString('hex')))}\n`);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const truth = JSON.parse(line) as Truth;
  const proc = `/proc/${child.pid}`;

  const lines = readFileSync(`${proc}/maps`, 'latin1').split('\n');
  const mappings = lines.flatMap((each) => parseMapping(each) ?? []);
  for (const { path, device, inode, gone } of truth.maps) {
    const printed = bytes(path).replaceAll('\n', '\\012') + (gone ? ' (deleted)' : '');
    const found = mappings.find((mapping) => mapping.path === printed && String(mapping.inode) === inode);
    assert.ok(found, JSON.stringify(printed));
    assert.deepEqual([found.device, found.sizeBytes, found.executable], [device, 4096, false]);
    assert.equal(readlinkSync(`${proc}/map_files/${found.range}`, 'latin1'), bytes(path) + (gone ? ' (deleted)' : ''));
    const stat = statSync(`${proc}/map_files/${found.range}`, { bigint: true });
    assert.deepEqual([formatStatDevice(stat.dev), stat.ino, stat.nlink], [device, BigInt(inode), gone ? 0n : 1n]);
  }
  for (const { range, inode, path } of mappings.filter((mapping) => mapping.inode > 0n)) {
    assert.equal(statSync(`${proc}/map_files/${range}`, { bigint: true }).ino, inode, path);
  }

  const mountinfo = readFileSync(`${proc}/mountinfo`, 'latin1');
  const mounts = parseMountinfo(mountinfo);
  assert.equal(mounts.length, mountinfo.trimEnd().split('\n').length, 'every line is a mount');
  for (const { path, device, id } of truth.mounts) {
    const { mountPoint, fsType, ...found } = mounts.find((mount) => mount.id === id)!;
    assert.deepEqual([mountPoint, fsType, found.device], [bytes(path), 'tmpfs', device]);
  }

  for (const { fd, access, append, inode } of truth.fds) {
    const info = parseFdInfo(readFileSync(`${proc}/fdinfo/${fd}`, 'latin1'));
    assert.deepEqual([accessOf(lstatSync(`${proc}/fd/${fd}`).mode), info?.append], [access, append]);
    if (info?.inode !== null) assert.equal(String(info?.inode), inode);
  }

  for (const { name, stat } of truth.names) {
    const parsed = parseStat(bytes(stat));
    assert.deepEqual([parsed?.name, parsed?.ppid, parsed?.kernelThread], [bytes(name), truth.ppid, false]);
    assert.equal(parsed?.startTicks, parseStat(readFileSync(`${proc}/stat`, 'latin1'))?.startTicks);
  }
  t.diagnostic(
    `${truth.maps.length} mappings, ${truth.mounts.length} mounts, ${truth.fds.length} descriptors, ${truth.names.length} names`,
  );
});
