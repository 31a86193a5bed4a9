// Unusual command lines and paths: every one is reported whole, and none ends a scan or controls a terminal.
import assert from 'node:assert/strict';
import { mkdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Process } from '../../src/documents/generated/report.ts';
import { startCreature } from '../support/hostile.ts';
import { processOf, runCli, scan, untilMapped, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';

const hex = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding).toString('hex');
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Scans a creature of a new program that maps its own library, which is gone then. */
async function scanWords(t: TestContext, trait: string, ...rest: string[]): Promise<Process> {
  const { child, library } = await startCreature(t, trait, ...rest);
  await untilMapped(child.pid, library);
  unlinkSync(library);
  const found = processOf(scan('--command-line', 'full'), child.pid);
  assert.equal(found?.maps[0]?.path, library);
  return found;
}

const rawLine = ({ command_base64 }: Process) => Buffer.from(command_base64 ?? '', 'base64').toString('latin1');

test('an empty argument list', async (t) => {
  if (!needs(t, 'python3')) return;
  // The kernel turns an empty list into one empty argument, with which sleep(1) ends at once. So the list here has a second one.
  const found = await scanWords(t, 'spoken', '', hex('600'));
  assert.deepEqual(found.command, ['', '600']);
});

test('argv[0] of another unit, with newlines and escapes', async (t) => {
  if (!needs(t, 'python3')) return;
  const name = 'cron.service\n0::/system.slice/cron.service\n\u001b[31m\u202e';
  const found = await scanWords(t, 'spoken', hex(name), hex('600'));
  assert.deepEqual(found.command, [name, '600']);
  assert.notEqual(found.unit?.name, 'cron.service');
  for (const format of ['text', 'lines', 'machine', 'openmetrics']) {
    assert.doesNotMatch(runCli(['scan', '--no-config', '--command-line', 'full', '--format', format]).stdout, controls);
  }
});

test('arguments that are no UTF-8 are carried whole', async (t) => {
  if (!needs(t, 'python3')) return;
  const found = await scanWords(t, 'spoken', hex('sl\xff\xc3\x28\xed\xa0\x80eep', 'latin1'), hex('600'));
  assert.equal(rawLine(found), 'sl\xff\xc3\x28\xed\xa0\x80eep\x00600\x00');
  assert.doesNotMatch(found.command.join(''), /\p{Surrogate}/u);
});

test('2 MB of arguments are cut, and that is said', async (t) => {
  if (!needs(t, 'python3')) return;
  const found = await scanWords(t, 'wordy', String(2 << 20));
  assert.equal(found.command_truncated, true);
  assert.deepEqual(found.command.slice(0, 2), ['sleep', '600']);
  assert.equal(found.command.join('\0').length, 128 * 1024);
});

// Bytes (latin1) of a name in a folder of the test.
const names: Record<string, string> = {
  'a newline': 'a\nb.so',
  'a newline and a maps line': 'a\n7f0000000000-7f0000001000 r-xp 00000000 08:01 1 /etc/passwd (deleted)',
  'a literal backslash-012': 'a\\012b.so',
  'escapes and bidi marks': '\x1b[2J\xe2\x80\xae.so',
  'no UTF-8': 'lib\xff\xfe.so',
  'half of a surrogate': 'lib\xed\xa0\x80.so',
  'blanks at both ends': ' lib .so  ',
  'the mark itself': 'lib.so (deleted)',
  'a name of the shell': '$(reboot);`reboot`|&.so',
  '255 bytes': `${'n'.repeat(252)}.so`,
};

for (const [what, name] of Object.entries(names)) {
  test(`a file whose name has ${what}, mapped and open`, async (t) => {
    if (!needs(t, 'readlink map_files', 'python3')) return;
    const path = join(workFolder(t), name);
    mkdirSync(dirname(path), { recursive: true });
    const { child } = await startCreature(t, 'holding', hex(path, 'latin1'));
    const found = processOf(scan(), child.pid);
    const bytes = (file: { path: string; path_base64: string | null }) =>
      file.path_base64 === null
        ? Buffer.from(file.path).toString('latin1')
        : Buffer.from(file.path_base64, 'base64').toString('latin1');
    assert.deepEqual(found?.maps.map(bytes), [path]);
    assert.deepEqual(found?.fds.map(bytes), [path]);
    assert.deepEqual(
      [...found.maps, ...found.fds].map(({ state }) => state),
      ['removed', 'removed'],
    );
    const text = runCli(['scan', '--no-config', '--format', 'text']);
    assert.equal(text.status, 0);
    assert.doesNotMatch(text.stdout, controls);
  });
}

test('a path longer than the kernel prints: the mapping has it, the descriptor is unknown, and nothing has failed', async (t) => {
  if (!needs(t, 'python3')) return;
  const { child, library } = await startCreature(t, 'deep');
  const report = scan('--pid', String(child.pid));
  const found = processOf(report, child.pid);
  const path = `${dirname(library)}/${`${'d'.repeat(250)}/`.repeat(20)}libdeep.so`;
  assert.deepEqual(
    found?.maps.map(({ path, state }) => [path, state]),
    [[path, 'removed']],
  );
  assert.deepEqual(
    found?.fds.map(({ path, state }) => [path, state]),
    [['(path too long to read)', 'unknown']],
  );
  assert.deepEqual([report.scan.processes.failed, report.scan.processes.inspected], [0, 1]);
  assert.deepEqual(report.scan.cut, []);
});
