// The one way into a page: a template of html`…`. A real parser reads back what it made of hostile values.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseFragment } from 'parse5';
import { escapeHtml, html, mostCharacters } from '../../../src/render/html/escape.ts';
import { sanitize } from '../../../src/render/sanitize.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { attributeOf, elementsOf, textOf } from '../../support/page-outline.ts';
import { projectRoot } from '../../support/project.ts';

const anyText = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 20 }),
  fc
    .array(fc.constantFrom('<', '>', '&', '"', "'", '`', '=', ' ', '/', '!--', 'script', 'x', '&lt;', '\0', '\n'))
    .map((all) => all.join('')),
);

test('a value is text and nothing else, in content and in attributes', () => {
  fc.assert(
    fc.property(anyText, (value) => {
      const page = parseFragment(`${html`<p title="${sanitize(value)}">${sanitize(value)}</p>`}`);
      const [paragraph, ...others] = [...elementsOf(page as never)];
      assert.deepEqual(others, []);
      assert.equal(textOf(paragraph!), sanitize(value));
      assert.equal(attributeOf(paragraph!, 'title'), sanitize(value));
      assert.equal(paragraph!.attrs.length, 1);
    }),
    { numRuns: 2000 },
  );
});

test('a value that nobody sanitized cannot hide, break a line or turn the text round', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 20 }), (value) => {
      assert.doesNotMatch(escapeHtml(value), /(?! )[\p{C}\p{Z}\p{DI}\u2800]/u);
    }),
    { numRuns: 2000 },
  );
});

const values: [name: string, made: { toString(): string }, text: string][] = [
  ['HTML of a template', html`${html`<b>${'<'}</b>`}`, '<b>&lt;</b>'],
  ['a list of it', html`${[html`<i>1</i>`, html`<i>2</i>`]}`, '<i>1</i><i>2</i>'],
  ['a number', html`${7}`, '7'],
  ['nothing', html`${null}`, ''],
  ['an escape that sanitize() made', html`${sanitize('\u202e\\')}`, '\\u{202e}\\\\'],
];
for (const [name, made, text] of values) test(`a template: ${name}`, () => assert.equal(String(made), text));

test('a long value is cut between characters, and says so', () => {
  for (const text of ['x'.repeat(5000), '😀'.repeat(5000), `x${'😀'.repeat(5000)}`]) {
    const made = escapeHtml(text);
    assert.ok(made.length <= mostCharacters, String(made.length));
    assert.match(made, /… \(\d+ more characters: see --format json\)$/);
    assert.doesNotMatch(made, /\\u\{d[89a-f]/);
  }
  assert.equal(escapeHtml('x'.repeat(mostCharacters)), 'x'.repeat(mostCharacters));
});

test('every attribute of every template has its value in quotes, and nothing else makes HTML', () => {
  const folder = join(projectRoot, 'src/render/html');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  assert.ok(files.length > 10);
  for (const file of files) {
    const source = readFileSync(join(folder, file), 'utf8');
    assert.doesNotMatch(source, /<[^>`]*=\$\{/, `${file}: an attribute without quotes`);
    assert.doesNotMatch(source, /\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval)\b/, file);
    if (file !== 'escape.ts') assert.doesNotMatch(source, /\bMarkup\b/, file);
  }
});
