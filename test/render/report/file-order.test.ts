// The order of gone files in text: the program, the libraries that are known by name, other code, then the files that hold most.

import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { UnitFile } from '../../../src/documents/generated/report.ts';
import { orderFiles, orderReasons } from '../../../src/render/report/file-order.ts';
import { file } from '../../support/reports.ts';

const held = (one: UnitFile, held_bytes: number | null): UnitFile => ({ ...one, held_bytes });
const program: UnitFile = { ...file('code', '/usr/sbin/nginx'), kind: 'executable' };
const sorted: readonly UnitFile[] = [
  program,
  file('code', '/usr/lib/libcrypto.so.3'),
  file('code', '/usr/lib/libssl.so.3'),
  file('code', '/usr/lib/ld-linux-x86-64.so.2'),
  file('code', '/usr/lib/libc.so.6'),
  file('code', '/usr/lib/liba.so.1'),
  held(file('code', '/usr/lib/libzz.so.1'), 2 ** 30),
  held(file('log', '/var/log/z'), 9),
  held(file('log', '/var/log/a'), 3),
  held(file('file', '/srv/z'), 8),
  held(file('file', '/srv/a'), null),
  file('data', '/usr/lib/locale/locale-archive'),
  held(file('scratch', '/tmp/x'), 2 ** 40),
];

test('files of a report, in whatever order they come', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...sorted], { minLength: sorted.length }), (files) =>
      deepEqual(orderFiles(files), sorted),
    ),
  );
});

test('what a plan says of them has the same order', () => {
  const codes = { log: 'log_held', file: 'file_held', data: 'data_replaced', scratch: 'scratch_file' } as const;
  const reasons = sorted.map(({ path, role, kind, held_bytes }) => ({
    ...{ path, held_bytes },
    code: role === 'code' ? (kind === 'executable' ? 'executable_replaced' : 'library_replaced') : codes[role],
  })) as { path: string; code: 'log_held'; held_bytes: number | null }[];
  deepEqual(orderReasons([...reasons].reverse()), reasons);
});
