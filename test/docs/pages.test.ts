// The pages that `npm run generate` makes: they are those of the schema and of the worked example, the report's page has every
// field, and the picture is well-formed, shows what the program prints and can be read on light and on dark pages.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import { readGolden } from '../support/golden.ts';
import { renderText } from '../support/joined.ts';
import { needs } from '../support/needs.ts';
import { projectRoot } from '../support/project.ts';

interface Schema {
  $id: string;
  properties: Record<string, object>;
  $defs: Record<string, { properties?: Record<string, object>; enum?: string[] }>;
}

const script = (name: string): string => join(projectRoot, 'scripts/pages', name);
const picture = (await import(script('picture.mjs'))) as {
  drawScan(root: string): Promise<string>;
  draw(text: string): string;
  escapeXml(text: string): string;
  shorten(text: string, titles: readonly string[]): string;
  themes: Record<'light' | 'dark', Record<string, string>>;
};
const { readReportPage, reportPage } = (await import(script('report-page.mjs'))) as {
  readReportPage(root: string): string;
  reportPage(schema: object, released: object[], example: object): string;
};
const read = (name: string): string => readFileSync(join(projectRoot, name), 'utf8');
const schema = JSON.parse(read('schema/report.schema.json')) as Schema;

test('docs/report.md is that of the schema: npm run generate', () => {
  assert.equal(read('docs/report.md'), readReportPage(projectRoot));
});

test('docs/scan.svg is that of the worked example: npm run generate', async () => {
  assert.equal(read('docs/scan.svg'), await picture.drawScan(projectRoot));
});

test('docs/report.md has every field and every value of the schema', () => {
  const page = read('docs/report.md');
  const parts = [schema, ...Object.values(schema.$defs)];
  const names = parts.flatMap((part) => [
    ...Object.keys(part.properties ?? {}),
    ...('enum' in part ? (part.enum ?? []) : []),
  ]);
  assert.ok(names.length > 100);
  assert.deepEqual(
    names.filter((name) => !page.includes(`\`${name}\``)),
    [],
  );
});

test('the glossary has every word of the lists that people meet first', () => {
  const drift = JSON.parse(read('schema/drift.schema.json')) as Schema;
  const glossary = read('docs/glossary.md');
  const words = [
    ...['state', 'role'].flatMap((name) => schema.$defs[name]?.enum ?? []),
    ...Object.keys(schema.$defs.process_counts?.properties ?? {}),
    ...enumOf(drift.$defs.finding?.properties?.change),
    ...enumOf(drift.properties.verdict),
  ];
  assert.ok(words.length > 15);
  assert.deepEqual(
    words.filter((word) => !glossary.includes(`| ${word} |`) && !glossary.includes(`\`${word}\``)),
    [],
  );
});
const enumOf = (property: object | undefined): string[] => (property as { enum?: string[] } | undefined)?.enum ?? [];

const described = (description: string) => ({ type: 'string', description });
const small = (version: string, properties: object) => ({
  $id: `urn:lib-users:schema:report:${version}`,
  description: 'A report.',
  properties,
  $defs: {},
});
const pageRows: [name: string, properties: object, row: string][] = [
  ['a field', { a: described('This.') }, '| `a` | string | This. | `"x"` |'],
  ['a field of a later version', { b: described('That.') }, '| `b` | string | That. Since 1.1. |  |'],
  [
    'markup in a meaning',
    { a: described('All of *.so* | <b>') },
    '| `a` | string | All of \\*.so\\* \\| \\<b> | `"x"` |',
  ],
  [
    'a value that may be null',
    { a: { description: 'It.', anyOf: [{ type: 'integer' }, { type: 'null' }] } },
    '| `a` | integer or null | It. | `"x"` |',
  ],
  [
    'values that are explained',
    { a: { enum: ['x', 'y'], description: 'How. x: so. y: otherwise.' } },
    '| `a` | `x`, `y` | How.<br>`x`: so.<br>`y`: otherwise. | `"x"` |',
  ],
];
for (const [name, properties, row] of pageRows) {
  test(`the page of a report: ${name}`, () => {
    const first = small('1.0.0', { a: described('This.') });
    const page = reportPage(small('1.1.0', { a: described('This.'), ...properties }), [first], { a: 'x' });
    assert.ok(page.split('\n').includes(row), page);
  });
}

const unescapeXml = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
const linesOf = (svg: string): string[] =>
  [...svg.matchAll(/<text [^>]*>(.*)<\/text>/g)].map(([, content = '']) =>
    unescapeXml(content.replace(/<[^>]*>/g, '')),
  );

test('the picture is well-formed, has a title and a description, and asks nothing of another file', (t) => {
  const svg = read('docs/scan.svg');
  assert.match(svg, /^<svg [^>]*role="img" aria-labelledby="title description"/);
  assert.match(svg, /<title id="title">What sudo lib-users scan prints<\/title>/);
  assert.match(svg, /<desc id="description">\$ sudo lib-users scan\nweb-1 /);
  assert.doesNotMatch(svg, /<script|<image|href|url\(|@import|@font-face/);
  if (!needs(t, 'xmllint')) return;
  const { status, stderr } = spawnSync('xmllint', ['--noout', join(projectRoot, 'docs/scan.svg')], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
});

test('the lines of the picture are lines of the text, in its order', () => {
  const [command, ...shown] = linesOf(read('docs/scan.svg'));
  assert.equal(command, '$ sudo lib-users scan');
  const printed = renderText(readGolden<Report>('report'), { colour: false, columns: 90 }).split('\n');
  const lines = shown.filter((line) => line !== '…');
  assert.ok(lines.length > 15);
  let from = 0;
  for (const line of lines) {
    const at = printed.indexOf(line, from);
    assert.ok(at >= from, line);
    from = at + 1;
  }
});

test('what a host says cannot leave its place in the picture', () => {
  const text = '</text><script>alert("1")</script> & \x1b[31m"]]>\x1b[39m';
  const svg = picture.draw(text);
  assert.doesNotMatch(svg, /<script|]]>/);
  assert.deepEqual(linesOf(svg), ['</text><script>alert("1")</script> & "]]>']);
  for (const control of ['\x00', '\x1b', '\x7f']) assert.throws(() => picture.escapeXml(control), /not for XML/);
  assert.throws(() => picture.draw('\x1b[5mblinks'), /no colour for the escape sequence 5/);
});

test('a block that the picture wants must be there', () => {
  const text = 'head\n\na.service\n  x\n\nb.service\n\nc.service\n\ntail\n\nnext';
  assert.equal(picture.shorten(text, ['a.service']), 'head\n\na.service\n  x\n\n…\n\ntail\n\nnext');
  assert.throws(() => picture.shorten(text, ['d.service']), /has no block d\.service/);
});

/** WCAG 2, relative luminance. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((index) => {
    const part = Number.parseInt(colour.slice(index, index + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

for (const [theme, { card = '', border: _, ...colours }] of Object.entries(picture.themes)) {
  for (const [name, colour] of Object.entries(colours)) {
    test(`the picture on ${theme} pages: ${name} can be read`, () => {
      const [low = 0, high = 0] = [luminance(card), luminance(colour)].sort((a, b) => a - b);
      const contrast = (high + 0.05) / (low + 0.05);
      assert.ok(contrast >= 4.5, `contrast ${contrast.toFixed(2)}`);
    });
  }
}
