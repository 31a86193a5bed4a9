// The comments of the project against "How we write" in CONTRIBUTING.md: no comment begins as a riddle does, and "where" stays a word
// for places. Patterns find the comments, which is enough for code that biome and ansible-test lay out.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/project.ts';

/** A clause as a subject, or an "of" without its noun: the reader gets the puzzle before the subject. */
const riddle = /^(?:Of|What|Whatever|Whoever|Whose|That which)\b/;

/**
 * The most comments of a tree that may have the word "where", for places. For a condition it is "if".
 * The number is to be lowered when comments go, and to be raised only for a place that no other word names.
 */
const mostWhere = { src: 8, scripts: 3, test: 8, ansible: 2 };

const languages = /\.(?:[cm]?[jt]s|c|py|sh|ya?ml)$/;
const notOurs = /(?:^|\/)(?:generated|fixtures|corpus)\//;

interface Comment {
  line: number;
  text: string;
}

/** Comments on consecutive lines are one. A comment behind code is one of its own. */
const slashes = /^[ \t]*\/\/.*(?:\n[ \t]*\/\/.*)*|(?<=^|[\s(])\/\*[\s\S]*?\*\/|(?<=[;,{}()[\]\w] +)\/\/ .*/gm;

/** The same in Python, YAML and the shell, and the docstrings of Python. */
const hashes = /^[ \t]*#.*(?:\n[ \t]*#.*)*|^[ \t]*"""[\s\S]*?"""|(?<=\S {2})# .*/gm;
const licence = /^# SPDX.*/gm;

/** The marks of a comment at the beginning of each of its lines, and the tag of a JSDoc line. */
const marks = /^[ \t]*(?:\/\/+|\/\*+|\*\/|\*|#|""")?[ \t]*(?:@\w+ (?:\{.*\} )?)?/gm;

function commentsOf(file: string, path: string): Comment[] {
  const source = file.replace(licence, '');
  const pattern = /\.(?:[cm]?[jt]s|c)$/.test(path) ? slashes : hashes;
  return [...source.matchAll(pattern)].map(({ 0: comment, index }) => ({
    line: source.slice(0, index).split('\n').length,
    text: comment
      .replace(marks, '')
      .replace(/\s+/g, ' ')
      .replace(/ \*\/$/, '')
      .trim(),
  }));
}

function commentsBelow(tree: string): (Comment & { path: string })[] {
  return readdirSync(join(projectRoot, tree), { recursive: true, encoding: 'utf8' })
    .map((name) => `${tree}/${name}`)
    .filter((path) => languages.test(path) && !notOurs.test(path))
    .flatMap((path) => {
      const source = readFileSync(join(projectRoot, path), 'utf8');
      return commentsOf(source, path).map((comment) => ({ path, ...comment }));
    });
}

const show = ({ path, line, text }: Comment & { path: string }): string => `${path}:${line}: ${text.slice(0, 100)}`;

for (const [tree, most] of Object.entries(mostWhere)) {
  test(`${tree}: no comment begins with a riddle`, () => {
    const comments = commentsBelow(tree);
    assert.ok(comments.length > 50, `only ${comments.length} comments were found`);
    assert.deepEqual(comments.filter(({ text }) => riddle.test(text)).map(show), []);
  });

  test(`${tree}: "where" in at most ${most} comments`, () => {
    const found = commentsBelow(tree).filter(({ text }) => /\bwhere\b/i.test(text));
    assert.ok(
      found.length <= most,
      `"if" is the word for a condition; ${found.length} of ${most}:\n${found.map(show).join('\n')}`,
    );
  });
}

test('a planted riddle is found in each kind of comment', () => {
  const code = [
    '~ Of a text the length.',
    '~ What is more.',
    "const a = '~'; ~ Whose files are none",
    '^** What it is. *^',
    '^**',
    ' * Whoever asks.',
    ' *^',
    'const b = 1; ^** Of use. *^',
    '~ A plain one. What follows is not its beginning.',
  ];
  const script = ['# Plain.', '# What goes on.', '', '# What begins.', 'x = 1  # Of it', '"""What it is."""'];
  const found = (lines: string[], path: string): number[] =>
    commentsOf(lines.join('\n').replaceAll('~', '^^').replaceAll('^', '/'), path)
      .filter(({ text }) => riddle.test(text))
      .map(({ line }) => line);
  assert.deepEqual(found(code, 'a.ts'), [1, 3, 4, 5, 8]);
  assert.deepEqual(found(script, 'a.py'), [4, 5, 6]);
});
