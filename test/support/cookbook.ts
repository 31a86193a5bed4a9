// docs/cookbook.md -> its fenced blocks: commands with what they print and the code they end with, and files.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project.ts';

export interface Block {
  /** The nearest heading above it. */
  title: string;
  line: number;
  language: string;
  /** From the info string: `file=` the block is a file, `exit=` the exit code, `commands=` where in the file they are. */
  attributes: Readonly<Record<string, string>>;
  content: string;
  /** The block below a command that shows what it prints, or null. */
  prints: string | null;
}

export function readCookbook(): Block[] {
  const text = readFileSync(join(projectRoot, 'docs/cookbook.md'), 'utf8');
  const blocks: Block[] = [];
  let title = '';
  for (const match of text.matchAll(/^#+ (.+)$|^```(\w+)(.*)\n([\s\S]*?)^```$/gm)) {
    const [, heading, language, info = '', content = ''] = match;
    if (heading !== undefined) title = heading;
    if (language === undefined) continue;
    const attributes = Object.fromEntries(
      [...info.matchAll(/(\w+)=(\S+(?: \S+)*?)(?= \w+=|$)/g)].map(([, name, value]) => [name!, value!]),
    );
    const last = blocks.at(-1);
    if (language === 'text' && attributes.file === undefined && last?.title === title) last.prints = content;
    else
      blocks.push({
        title,
        line: text.slice(0, match.index).split('\n').length,
        language,
        attributes,
        content,
        prints: null,
      });
  }
  return blocks;
}
