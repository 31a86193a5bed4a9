// schema/report.schema.json, its released versions and the worked example -> docs/report.md: every field of a report by its path,
// with its type, its meaning and an example.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ title?: string, description?: string, type?: string, $ref?: string, const?: unknown, enum?: string[],
 *   anyOf?: Schema[], oneOf?: Schema[], items?: Schema, properties?: Record<string, Schema>, $defs?: Record<string, Schema>,
 *   additionalProperties?: boolean | Schema }} Schema
 * @typedef {{ path: string, schema: Schema, examples: unknown[] }} Part an object of the report
 */

const introduction = `\
\`lib-users scan --format json\` writes one JSON document, the report. It holds every fact about one host. \`plan\`, \`check\` and
\`fleet\` read reports and need nothing else.

- A path such as \`units[].files[]\` says where a field stands. In jq it is \`.units[].files[]\`.
- A key is never left out. If something is not known or does not apply, the value is \`null\` or an empty list.
- "Since 1.1" means that reports of an earlier \`schema_version\` do not have the field. A program should ignore fields that it does
  not know.
- Times are UTC, to the second. Sizes are bytes. Lists have a fixed order.
- A path, a name or a command line may hold any bytes. If the text cannot show them all, the field that ends in \`_base64\` has
  the raw bytes.

The words of this page are explained in the [glossary](glossary.md). \`lib-users schema report\` prints the schema itself, and
\`lib-users validate FILE\` checks a document.
`;

/** @param {string} root the folder of the project */
export function readReportPage(root) {
  const read = (/** @type {string} */ path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
  const released = readdirSync(join(root, 'schema/released'))
    .filter((name) => /^report-\d/.test(name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => read(`schema/released/${name}`));
  return reportPage(read('schema/report.schema.json'), released, read('test/fixtures/documents/report.json'));
}

/**
 * @param {Schema & { $id: string }} schema
 * @param {readonly (Schema & { $id: string })[]} released the earliest first
 * @param {unknown} example
 */
export function reportPage(schema, released, example) {
  const since = firstVersions([...released, schema]);
  const parts = collectParts(schema, example);
  const uses = new Map(parts.map(({ schema: part }) => [part, parts.filter((other) => other.schema === part)]));
  const once = parts.filter(({ schema: part }) => uses.get(part)?.length === 1);
  const shared = [...uses].filter(([, places]) => places.length > 1);
  /** @type {Map<Schema, string>} */
  const headings = new Map([
    ...once.map(({ path, schema: part }) => /** @type {const} */ ([part, path])),
    ...shared.map(([part]) => /** @type {const} */ ([part, spaced(part.title ?? '')])),
  ]);
  const render = (/** @type {Schema} */ part, /** @type {unknown[]} */ examples) =>
    renderPart(part, examples, { schema, headings, since });
  return `${[
    '<!-- Made by `npm run generate` from schema/report.schema.json: do not edit. -->',
    `# The report, version ${versionOf(schema)}`,
    introduction.trimEnd(),
    outline(once, headings),
    '## The document',
    ...render(schema, [example]),
    ...once.flatMap(({ path, schema: part, examples }) => [`## ${path}`, ...render(part, examples)]),
    '## Parts that occur in several places',
    ...shared.flatMap(([part, places]) => [
      `### ${headings.get(part)}`,
      `In ${places.map(({ path }) => `\`${path}\``).join(', ')}.`,
      ...render(
        part,
        places.flatMap(({ examples }) => examples),
      ),
    ]),
    '## Lists of values',
    ...namedLists(schema).flatMap(([name, list]) => [`### ${name}`, bulletsOf(list)]),
  ].join('\n\n')}\n`;
}

/**
 * The parts below each other, as they stand in the document.
 * @param {readonly Part[]} parts
 * @param {Map<Schema, string>} headings
 */
function outline(parts, headings) {
  return parts
    .map(({ path, schema }) => {
      const depth = path.split('.').length - 1;
      const [sentence = ''] = /^.*?(?=[.;:](?: |$)|$)/.exec(schema.description ?? '') ?? [];
      return `${'  '.repeat(depth)}- [\`${path}\`](#${anchor(headings.get(schema) ?? '')}): ${escapeMarkdown(sentence)}.`;
    })
    .join('\n');
}

/**
 * The lists of values that several fields share, and that say what each value means.
 * @param {Schema} root
 */
function namedLists(root) {
  const lists = Object.entries(root.$defs ?? {}).filter(([, part]) => part.enum !== undefined);
  return lists.filter(([, { enum: values = [], description = '' }]) =>
    values.some((value) => description.includes(`${value}: `)),
  );
}

/**
 * `before. one: this. two: that.` -> a sentence and a bullet for each value
 * @param {Schema} list
 */
function bulletsOf({ enum: values = [], description = '' }) {
  const [before = '', ...meanings] = splitByValue(description, values);
  return [before, meanings.map((meaning) => `- ${meaning}`).join('\n')].filter(Boolean).join('\n\n');
}

/**
 * The text before the first value that is explained, then the text of each, with the value as code.
 * @param {string} description
 * @param {readonly string[]} values
 */
function splitByValue(description, values) {
  const names = `(?:${values.join('|')})`;
  const start = new RegExp(`(?:^|(?<=[.;] ))(?=${names}(?:, ${names})*: )`);
  const isMeaning = new RegExp(`^${names}(?:, ${names})*: `);
  const parts = escapeMarkdown(description)
    .split(start)
    .map((part) => part.trim().replace(/;$/, '.'));
  const marked = parts.map((part) =>
    part.replace(isMeaning, (/** @type {string} */ value) => value.replace(new RegExp(names, 'g'), '`$&`')),
  );
  return isMeaning.test(parts[0] ?? '') ? ['', ...marked] : marked;
}

/**
 * Text of a schema -> Markdown: nothing in it is markup but code between backticks.
 * @param {string} text
 */
function escapeMarkdown(text) {
  return text
    .split(/(`[^`]*`)/)
    .map((piece) => (piece.startsWith('`') ? piece : piece.replace(/[*<\\]/g, '\\$&')))
    .join('');
}

const versionOf = (/** @type {{ $id: string }} */ { $id }) => $id.split(':').at(-1) ?? '';

/** `UnitReference` -> `unit reference` */
const spaced = (/** @type {string} */ title) => title.replace(/(?<!^)([A-Z])/g, ' $1').toLowerCase();

/**
 * The version in which each field of each definition is first found.
 * @param {readonly (Schema & { $id: string })[]} versions
 */
function firstVersions(versions) {
  /** @type {Map<string, string>} */
  const first = new Map();
  for (const version of versions) {
    for (const [name, part] of Object.entries({ '': version, ...version.$defs })) {
      for (const key of Object.keys(part.properties ?? {})) {
        if (!first.has(`${name}/${key}`)) first.set(`${name}/${key}`, versionOf(version).replace(/\.\d+$/, ''));
      }
    }
  }
  return first;
}

/**
 * The definition that a property refers to, if it does, and whether the value may be null.
 * @param {Schema} value
 * @param {Schema} root
 * @returns {{ value: Schema, nullable: boolean }}
 */
function resolve(value, root) {
  if (value.$ref !== undefined) return resolve(root.$defs?.[value.$ref.replace('#/$defs/', '')] ?? {}, root);
  const [first, second] = value.anyOf ?? [];
  if (first !== undefined && second?.type === 'null') return { value: resolve(first, root).value, nullable: true };
  return { value, nullable: false };
}

/**
 * The objects below the document, in the order in which a reader meets them.
 * @param {Schema} root
 * @param {unknown} example
 * @returns {Part[]}
 */
function collectParts(root, example) {
  /** @type {(schema: Schema, prefix: string, examples: unknown[]) => Part[]} */
  const below = (schema, prefix, examples) =>
    Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
      const { value } = resolve(property, root);
      const isList = value.type === 'array' && value.items !== undefined;
      const target = isList ? resolve(value.items ?? {}, root).value : value;
      if (target.properties === undefined && target.oneOf === undefined) return [];
      const path = `${prefix}${key}${isList ? '[]' : ''}`;
      const found = examplesOf(examples, key).flatMap((each) => (isList ? each : [each]));
      return [{ path, schema: target, examples: found }, ...below(target, `${path}.`, found)];
    });
  return below(root, '', [example]);
}

/**
 * @param {readonly unknown[]} examples
 * @param {string} key
 */
function examplesOf(examples, key) {
  return examples
    .map((each) => /** @type {Record<string, unknown> | null} */ (each)?.[key])
    .filter((value) => value !== null && value !== undefined);
}

/**
 * @param {Schema} part
 * @param {unknown[]} examples
 * @param {{ schema: Schema, headings: Map<Schema, string>, since: Map<string, string> }} context
 */
function renderPart(part, examples, context) {
  const { schema, headings, since } = context;
  if (part.oneOf) {
    const variants = part.oneOf.map((variant) => {
      const { code, ...fields } = variant.properties ?? {};
      const rest = Object.entries(fields).map(
        ([key, { description }]) => `\`${key}\`: ${escapeMarkdown(description ?? '')}`,
      );
      return `- \`${code?.const}\`: ${[escapeMarkdown(variant.description ?? ''), ...rest].join(' ')}`;
    });
    return [`${part.description} \`code\` says which, and what else is there.`, variants.join('\n')];
  }
  const name = Object.entries(schema.$defs ?? {}).find(([, each]) => each === part)?.[0] ?? '';
  const versionOfField = (/** @type {string} */ key) => since.get(`${name}/${key}`) ?? '';
  const [whole = ''] = [...new Set(Object.keys(part.properties ?? {}).map(versionOfField))].sort();
  const newPart = whole === '1.0' ? '' : ` Since ${whole}.`;
  const rows = Object.entries(part.properties ?? {}).map(([key, property]) => {
    const { value } = resolve(property, schema);
    const version = versionOfField(key);
    const later = version === whole ? '' : ` Since ${version}.`;
    const meaning = `${meaningOf(property, value, schema)}${later}`;
    const cells = [`\`${key}\``, typeOf(property, schema, headings), meaning, exampleOf(examples, key)];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return [
    `${part.description}${newPart}`,
    ['| field | type | meaning | example |', '|---|---|---|---|', ...rows].join('\n'),
  ];
}

/**
 * The property's own description, or that of the definition to which it refers.
 * @param {Schema} property
 * @param {Schema} value what it comes to
 * @param {Schema} root
 */
function meaningOf(property, value, root) {
  const list = namedLists(root).find(([, each]) => each === value);
  if (list !== undefined) return `${property.description ?? ''} [What each value means](#${anchor(list[0])}).`.trim();
  const referred = root.$defs?.[property.$ref?.replace('#/$defs/', '') ?? '']?.description;
  const text = property.description ?? referred ?? value.description ?? '';
  return value.enum ? splitByValue(text, value.enum).filter(Boolean).join('<br>') : escapeMarkdown(text);
}

/**
 * @param {Schema} property
 * @param {Schema} root
 * @param {Map<Schema, string>} headings
 * @returns {string}
 */
function typeOf(property, root, headings) {
  const { value, nullable } = resolve(property, root);
  return `${plainType(value, root, headings)}${nullable ? ' or null' : ''}`;
}

/** @type {(value: Schema, root: Schema, headings: Map<Schema, string>) => string} */
function plainType(value, root, headings) {
  const heading = headings.get(value);
  if (heading !== undefined) return `[object](#${anchor(heading)})`;
  if ('const' in value) return `\`${value.const}\``;
  if (value.enum) return value.enum.map((each) => `\`${each}\``).join(', ');
  if (value.type === 'array') {
    const items = resolve(value.items ?? {}, root).value;
    const list = headings.get(items);
    if (list !== undefined) return `[list](#${anchor(list)})`;
    return items.enum ? `list of ${plainType(items, root, headings)}` : `list of ${items.type}s`;
  }
  if (typeof value.additionalProperties === 'object') return `map of ${value.additionalProperties.type}s`;
  return value.type ?? '';
}

/** The anchor that GitHub makes of a heading. */
const anchor = (/** @type {string} */ heading) =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');

/**
 * The first example that is neither null nor empty, if it is short.
 * @param {unknown[]} examples
 * @param {string} key
 */
function exampleOf(examples, key) {
  const isTelling = (/** @type {unknown} */ value) => !(Array.isArray(value) && value.length === 0);
  const value = examplesOf(examples, key).find(isTelling);
  const items = Array.isArray(value) ? value : [value];
  if (value === undefined || items.some((item) => typeof item === 'object')) {
    const isMap =
      typeof value === 'object' &&
      !Array.isArray(value) &&
      Object.values(value).every((each) => typeof each === 'string');
    if (!isMap) return '';
  }
  const text = JSON.stringify(value);
  return text.length > 60 ? '' : `\`${text}\``;
}
