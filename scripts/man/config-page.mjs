// lib-users-config(5), from the schema of the configuration and the example that is shipped.
import { bold, item, literal, page, paragraph, section, seeAlso } from './roff.mjs';

const description =
  'The configuration of lib-users is YAML. Each file is checked against the schema that lib-users schema config prints; an error names the file, the line and the key. Only kind and schema_version must be there.';
const precedence = [
  'Files count in this order, the first most: those of --config, in the order in which they are given; /etc/lib-users/config.yaml; /etc/lib-users/config.d/*.yaml in the order of their names. Flags win over all of them.',
  'Lists of ignored paths and labels add up, and the rules of the policy are tried in the order of the files. With --no-config nothing in /etc/lib-users is read. Nothing is ever read from a home directory.',
];

/**
 * @typedef {{ type: string, description: string, const?: string, enum?: string[], required?: string[],
 *   properties?: Record<string, Schema>, additionalProperties?: { type?: string }, items?: { $ref?: string, enum?: string[] } }} Schema
 *   as much of JSON Schema as the configuration uses
 * @typedef {{ name: string, type: string, description: string, required: boolean, about: string | undefined }} Key
 */

/**
 * One record a key, nested ones with their parents' names: `policy[].unit`.
 * @param {Schema} schema
 * @param {Record<string, Schema>} definitions
 * @returns {Key[]}
 */
function keysOf(schema, definitions, prefix = '') {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const name = `${prefix}${key}`;
    const items = definitions[value.items?.$ref?.split('/').at(-1) ?? ''];
    const nested = value.properties
      ? keysOf(value, definitions, `${name}.`)
      : items
        ? keysOf(items, definitions, `${name}[].`)
        : [];
    const required = schema.required?.includes(key) ?? false;
    return [
      { name, type: typeOf(value), description: value.description, required, about: items?.description },
      ...nested,
    ];
  });
}

/** @param {Schema} value */
function typeOf(value) {
  if (value.const !== undefined) return value.const;
  if (value.enum) return value.enum.join('|');
  if (value.type === 'array') return value.items?.enum ? `list of ${value.items.enum.join('|')}` : 'list';
  if (value.additionalProperties?.type) return `map of ${value.additionalProperties.type}s`;
  return value.type === 'object' ? 'map' : value.type;
}

/**
 * @param {Schema & { $defs: Record<string, Schema> }} schema
 * @param {string} example YAML
 * @param {import('./roff.mjs').About} about
 */
export function configPage(schema, example, about) {
  const keys = keysOf(schema, schema.$defs);
  return page(
    { name: 'lib-users-config', number: 5, summary: 'the configuration of lib-users', ...about },
    section('synopsis', `${bold('/etc/lib-users/config.yaml')}\n.br\n${bold('/etc/lib-users/config.d/*.yaml')}\n`),
    section('description', paragraph(description), ...precedence.map((text) => `.PP\n${paragraph(text)}`)),
    section(
      'keys',
      ...keys.map(({ name, type, description, required, about }) =>
        item(
          `${bold(name)} (\\fI${type.replaceAll('-', '\\-')}\\fR${required ? ', required' : ''})`,
          [description, about].filter(Boolean).join(' '),
        ),
      ),
    ),
    section('examples', literal(example)),
    seeAlso(['lib-users(1)', 'lib-users-scan(1)', 'lib-users-plan(1)', 'lib-users-check(1)', 'lib-users-rules(1)']),
  );
}
