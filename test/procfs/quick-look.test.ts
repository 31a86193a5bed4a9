// The first look decides only that there is nothing to report. If its data may be of two processes, it does not decide.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quickLook } from '../../src/procfs/quick-look.ts';
import { failure, withFs } from '../support/faulty-fs.ts';
import { makeTree } from '../support/tree.ts';

const flags = { alive: 0x400000, exiting: 0x400004, kernel: 0x200000 };
const stat = (state: string, flag: number, threads = 1) =>
  `7 (x) ${state} 1 7 7 0 -1 ${flag} 1 0 0 0 2 1 0 0 20 0 ${threads} 0 99 0 0\n`;
const healthy = '7f0000000000-7f0000001000 r-xp 00000000 08:01 1 /usr/lib/libx.so\n';

const rows: [name: string, maps: string | 'ESRCH' | 'EACCES' | 'ERR_STRING_TOO_LONG', stat: string, kind: string][] = [
  ['a healthy process', healthy, stat('S', flags.alive), 'clean'],
  ['a kernel thread', '', stat('S', flags.kernel), 'kernel_thread'],
  ['a zombie', '', stat('Z', flags.exiting), 'clean'],
  ['a leader that left its threads', '', stat('Z', flags.exiting, 2), 'suspicious'],
  ['one on its way out', 'ESRCH', stat('S', flags.exiting), 'vanished'],
  ['one on its way out, with nothing mapped any more', '', stat('S', flags.exiting), 'vanished'],
  ['one that may not be looked at', 'EACCES', stat('S', flags.alive), 'denied'],
  ['one with a gigabyte of maps', 'ERR_STRING_TOO_LONG', stat('S', flags.alive), 'suspicious'],
  ['a PID that was used again between two reads', 'ESRCH', stat('S', flags.alive), 'suspicious'],
  ['a program exchanged while its maps were read', '', stat('R', flags.alive), 'suspicious'],
];

for (const [name, maps, statLine, kind] of rows) {
  test(`quick look: ${name}`, async (t) => {
    const content = maps.startsWith('E') ? '' : maps;
    const directory = makeTree(t, { maps: content, stat: statLine, exe: { link: '/usr/bin/x' }, fd: null });
    const look = await withFs(
      (call, real, args) => {
        if (call === 'readFileSync' && maps.startsWith('E') && String(args[0]).endsWith('/maps')) throw failure(maps);
        return real(...args);
      },
      () => quickLook(directory, { maps: true, fds: true }),
    );
    assert.equal(look.kind, kind);
  });
}
