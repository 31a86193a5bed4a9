// A temporary folder tree from a literal: a string is a file's bytes, null an empty folder, {link} a symbolic link.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';

export type Tree = Record<string, string | null | { link: string }>;

/** Makes the tree and returns its root; the tree is removed with the test. Strings are bytes (latin1). */
export function makeTree(t: TestContext, tree: Tree): string {
  const root = mkdtempSync(join(tmpdir(), 'tree-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [path, content] of Object.entries(tree)) {
    const at = join(root, path);
    mkdirSync(content === null ? at : dirname(at), { recursive: true });
    if (typeof content === 'string') writeFileSync(at, content, 'latin1');
    else if (content !== null) symlinkSync(content.link, at);
  }
  return root;
}
