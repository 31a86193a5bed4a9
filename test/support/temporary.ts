// Makes a folder that is removed when the test is over.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';

/** Makes the folder, and the files of `content` in it by their relative paths. */
export function temporaryFolder(
  t: TestContext,
  content: Readonly<Record<string, string>> = {},
  base: string = tmpdir(),
): string {
  const folder = mkdtempSync(join(base, 'lib-users-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(content)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
