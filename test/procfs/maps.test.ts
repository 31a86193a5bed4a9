// Lines of /proc/PID/maps -> mappings whose file may be gone. proc_pid_maps(5).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayNameGoneFile, parseMapping, parseSuspiciousMappings } from '../../src/procfs/maps.ts';

const head = '7f1c2a400000-7f1c2a428000 r-xp 00000000 fe:01 131012';
const pad = ' '.repeat(20);

const rows: [name: string, line: string, path: string | null][] = [
  ['a plain path', `${head}${pad}/usr/lib/libc.so.6 (deleted)`, '/usr/lib/libc.so.6 (deleted)'],
  ['spaces inside', `${head}${pad}/opt/my app/lib x.so (deleted)`, '/opt/my app/lib x.so (deleted)'],
  ['double spaces inside', `${head}${pad}/opt/a  b.so (deleted)`, '/opt/a  b.so (deleted)'],
  ['trailing spaces of the name', `${head}${pad}/opt/x.so  (deleted)`, '/opt/x.so  (deleted)'],
  ['trailing spaces of a living name', `${head}${pad}/opt/x.so  `, '/opt/x.so  '],
  ['an escaped newline stays as printed', `${head}${pad}/opt/a\\012b.so (deleted)`, '/opt/a\\012b.so (deleted)'],
  ['the OpenVZ prefix', `${head}${pad}(deleted)/usr/lib/libc.so`, '(deleted)/usr/lib/libc.so'],
  ['drm objects', `${head}${pad}/drm mm object (deleted)`, '/drm mm object (deleted)'],
  ['memfd with spaces', `${head}${pad}/memfd:my mem (deleted)`, '/memfd:my mem (deleted)'],
  ['bytes that are no UTF-8', `${head}${pad}/opt/\xff.so`, '/opt/\xff.so'],
  ['an anonymous mapping names no file', `${head.replace('131012', '0')} `, null],
  ['a short header', '7f1c2a400000-7f1c2a428000 r-xp', null],
  ['no maps line', 'nothing (deleted)', null],
];
for (const [name, line, path] of rows) {
  test(`a maps line: ${name}`, () => assert.equal(parseMapping(line)?.path ?? null, path));
}

test('numbers of a maps line', () => {
  assert.deepEqual(parseMapping('00400000-00452000 r--p 00000000 00:2f 18446744073709551615  /bin/x (deleted)'), {
    range: '400000-452000',
    sizeBytes: 0x52000,
    executable: false,
    device: '00:2f',
    inode: 18446744073709551615n,
    path: '/bin/x (deleted)',
  });
});

test('only lines that may name a gone file are parsed, each once, and odd ones are counted', () => {
  const maps = Buffer.from(
    [
      `${head}${pad}/usr/lib/living.so`,
      `${head}${pad}/usr/lib/gone.so (deleted)`,
      `${head}${pad}/srv/.nfs000000000000abcd00000001`,
      `${head}${pad}/srv/.nfs000000000000abcd00000001 (deleted)`,
      `${head}${pad}/srv/.fuse_hidden0000000100000002`,
      'odd (deleted)',
      `${head}${pad}/last.so (deleted)`,
    ].join('\n'),
    'latin1',
  );
  const { mappings, odd } = parseSuspiciousMappings(maps);
  assert.deepEqual(
    mappings.map((mapping) => mapping.path),
    [
      '/usr/lib/gone.so (deleted)',
      '/srv/.nfs000000000000abcd00000001',
      '/srv/.nfs000000000000abcd00000001 (deleted)',
      '/srv/.fuse_hidden0000000100000002',
      '/last.so (deleted)',
    ],
  );
  assert.equal(odd, 1);
});

test('a healthy process holds no needle', () => {
  assert.equal(mayNameGoneFile(`${head}${pad}/usr/lib/deleted.so\n`), false);
  assert.equal(mayNameGoneFile(`${head}${pad}/usr/lib/x.so (deleted)\n`), true);
});
