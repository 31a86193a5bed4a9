// The text of an updateinfo.xml, in pieces of any size -> ids of the wanted packages; and texts that are refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Advisory, NotUpdateinfo, parseUpdateinfo } from '../../src/fixes/updateinfo.ts';

async function* each(pieces: readonly string[]): AsyncGenerator<string> {
  yield* pieces;
}

async function parse(...pieces: string[]): Promise<Advisory[]> {
  const found: Advisory[] = [];
  for await (const advisory of parseUpdateinfo(each(pieces), new Set(['libfoo', 'libbar']))) found.push(advisory);
  return found;
}
const told = (found: readonly Advisory[]) =>
  found.map(({ name, version, cves }) => `${name} ${version}: ${cves.join(' ')}`);

const reference = '<reference href="https://example.org/" id="CVE-2026-0003" title="x" type="cve"/>';
const foo =
  '<package name="libfoo" version="1.2" release="3.el9" epoch="1" arch="x86_64"><filename>x</filename></package>';
const update = (references: string, packages: string, type = 'security', more = '') =>
  `<update from="a@b.example" type="${type}" version="2.0">${more}<id>X-1</id><references>${references}</references><pkglist><collection short="x"><name>x</name>${packages}</collection></pkglist></update>\n`;
const file = (...updates: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<updates>\n${updates.join('')}</updates>\n`;
const expected = ['libfoo 1:1.2-3.el9: CVE-2026-0003'];

const rows: [name: string, text: string, told: string[]][] = [
  ['plain', file(update(reference, foo)), expected],
  ['none', file(), []],
  ['an empty root', '<updates/>', []],
  [
    'packages of which one is wanted',
    file(update(reference, `<package name="x" version="1" release="1"/>${foo}`)),
    expected,
  ],
  [
    'several advisories and packages',
    file(
      update(reference, `${foo}<package name='libbar' release='1' version='2' epoch='0'/>`),
      update(reference, foo.replace('3.el9', '4.el9')),
    ),
    ['libfoo 1:1.2-3.el9: CVE-2026-0003', 'libbar 2-1: CVE-2026-0003', 'libfoo 1:1.2-4.el9: CVE-2026-0003'],
  ],
  [
    'attributes in another order, other quotes, other white space',
    file(update("<reference\n  type = 'cve'\ttitle='a > b \"'\n id='CVE-2026-0003'\n></reference>", foo)),
    expected,
  ],
  [
    'the packages before the references',
    file(
      '<update type="security"><pkglist><collection>',
      foo,
      '</collection></pkglist><references>',
      reference,
      '</references></update>',
    ),
    expected,
  ],
  [
    'references to characters',
    file(
      update(
        reference.replace('CVE-', '&#67;&#x56;E-').replace('type="cve"', 'type="&#99;ve"'),
        foo.replace('libfoo', 'lib&#102;oo'),
      ),
    ),
    expected,
  ],
  ['a reference that is no id', file(update(reference.replace('CVE-2026-0003', 'RHSA-2026:1'), foo)), []],
  [
    'a bug of a security update has the id in its title, as in Fedora',
    file(update('<reference id="12" title="CVE-2026-0003 libfoo: x &gt; y [fedora-44]" type="bugzilla"/>', foo)),
    expected,
  ],
  [
    'a bug of another update has no id that was fixed',
    file(update('<reference id="12" title="CVE-2026-0003" type="bugzilla"/>', foo, 'bugfix')),
    [],
  ],
  ['an id in a bugfix update', file(update(reference, foo, 'bugfix')), expected],
  [
    'elements in comments, in text and in CDATA are none',
    file(
      update(
        `<!-- ${reference} -->`,
        foo,
        'security',
        `<description>&lt;reference id="CVE-2026-0003" type="cve"/&gt;<![CDATA[<references>${reference}</references>]]></description>`,
      ),
    ),
    [],
  ],
  ['processing instructions', file(update(`<?x ${reference} ?>${reference}`, foo)), expected],
  [
    'elements at another place',
    file(
      `<x>${update(reference, foo)}</x>`,
      `<references>${reference}</references>`,
      update('', foo),
      update(`<x>${reference}</x>`, foo),
      update(reference, `<x>${foo}</x>`),
    ),
    [],
  ],
  [
    'an advisory inside an advisory',
    file(update(reference, '', 'security', `<description>${update(reference, foo)}</description>`)),
    [],
  ],
  [
    'an attribute that is given twice: the first one counts',
    file(update(reference, '<package release="3" name="libfoo" name="x" version="1"/>')),
    ['libfoo 1-3: CVE-2026-0003'],
  ],
  ['a package without a version', file(update(reference, '<package name="libfoo" release="3"/>')), []],
];
for (const [name, text, expected] of rows) {
  test(`updateinfo: ${name}`, async () => {
    assert.deepEqual(told(await parse(text)), expected);
    assert.deepEqual(told(await parse(...text)), expected, 'in pieces of one character');
  });
}

const refused: [name: string, text: string][] = [
  [
    'a document type',
    file(update(reference, foo)).replace('<updates>', '<!DOCTYPE x [<!ENTITY c "CVE-2026-1111">]><updates>'),
  ],
  ['entities in entities', `<!DOCTYPE x [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>${file()}`],
  ['an entity of its own', file(update(reference.replace('CVE-', '&c;'), foo))],
  ['cut in an element', file(update(reference, foo)).slice(0, -20)],
  ['cut in a tag', file(update(reference, foo)).slice(0, -3)],
  ['cut in a comment', `${file()}<!-- x`],
  ['cut in a value', '<updates><update type="security'],
  ['elements that cross', '<updates><update></updates></update>'],
  ['an end without a begin', '</updates>'],
  ['a tag without a name', '<updates>< update></updates>'],
  ['an empty file', ''],
  ['white space alone', '\n'],
  ['a page of a proxy', '<html><body>Log in first</body></html>'],
  ['no XML', '\x1f\x8b<\0\xff'],
  ['elements without an end, one in another', `<updates>${'<x>'.repeat(100_000)}`],
  ['a tag without an end', `<updates><update x="${'y'.repeat(1 << 20)}`],
];
for (const [name, text] of refused) {
  test(`updateinfo that is refused: ${name}`, async () => {
    const size = 64 * 1024;
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
      text.slice(index * size, (index + 1) * size),
    );
    await assert.rejects(parse(...pieces), NotUpdateinfo);
  });
}

test('updateinfo: any text gives ids that are ids, or is refused', async () => {
  const part = fc.constantFrom(
    ...rows.map(([, text]) => text),
    ...refused.slice(0, -2).map(([, text]) => text),
    '<',
    '>',
    '"',
    "'",
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '&',
    '/',
    foo,
    reference,
  );
  const pieces = fc.array(
    fc.oneof(
      part,
      fc.string(),
      fc.tuple(part, fc.nat(400), fc.nat(400)).map(([text, begin, length]) => text.slice(begin, begin + length)),
    ),
  );
  await fc.assert(
    fc.asyncProperty(pieces, async (all) => {
      try {
        for (const { name, cves } of await parse(...all)) {
          assert.match(name, /^lib(?:foo|bar)$/);
          for (const cve of cves) assert.match(cve, /^CVE-\d{4}-\d{4,19}$/);
        }
      } catch (error) {
        assert.ok(error instanceof NotUpdateinfo, String(error));
      }
    }),
  );
});
