// maps is read to its end, also if a line in the middle looks like the last one.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { readSharedMaps } from '../../src/procfs/reader.ts';
import { temporaryFolder } from '../support/temporary.ts';

const line = (path: string) => `7f00000000-7f00001000 r--p 00000000 08:01 1234                     ${path}\n`;
const last = 'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n';

test('maps: everything is read, whatever stands at the end of one read', (t) => {
  const path = join(temporaryFolder(t), 'maps');
  const gone = line('/usr/lib/libx.so (deleted)');
  // One read takes 64 KiB at first, and twice as much after each longer file.
  const ends = [`/tmp/${last.trimEnd()}`, '/tmp/[vsyscall]', '/usr/bin/sleep'].flatMap((name) =>
    [64, 128, 256, 512].map((size) => line(name).padStart(size * 1024, 'x')),
  );
  const texts = [
    '',
    last,
    line('/usr/bin/sleep'),
    line('/usr/bin/sleep') + last,
    ...ends.map((end) => end + gone + last),
  ];
  for (const text of texts) {
    writeFileSync(path, text);
    assert.ok(readSharedMaps(path).equals(Buffer.from(text)), text.slice(-300));
  }
});
