// A JSON Schema (the subset that our schemas use) -> a fast-check arbitrary of documents that meet it.

import fc from 'fast-check';

export interface Schema {
  $ref?: string;
  $defs?: Readonly<Record<string, Schema>>;
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  type?: string;
  pattern?: string;
  minLength?: number;
  minimum?: number;
  maximum?: number;
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
}

/** What to draw in place of a definition (`unit`) or of one property of it (`unit.name`): likelier values than any. */
export type Overrides = Readonly<Record<string, fc.Arbitrary<unknown>>>;

const unsupported = new Set([
  'allOf',
  'not',
  'if',
  'prefixItems',
  'patternProperties',
  'format',
  'minItems',
  'uniqueItems',
]);

/** Throws on a keyword that it does not know, so that it can never draw what a schema forbids. */
export function arbitraryOf(root: Schema, overrides: Overrides = {}): fc.Arbitrary<unknown> {
  const definitions = new Map<string, fc.Arbitrary<unknown>>();

  function reference(ref: string): fc.Arbitrary<unknown> {
    const name = ref.replace('#/$defs/', '');
    const known = definitions.get(name) ?? overrides[name] ?? draw(root.$defs![name]!, name);
    definitions.set(name, known);
    return known;
  }

  function draw(schema: Schema, name: string): fc.Arbitrary<unknown> {
    const unknown = Object.keys(schema).find((keyword) => unsupported.has(keyword));
    if (unknown !== undefined) throw new Error(`${name}: schema-arbitrary does not know ${unknown}`);
    if (schema.$ref !== undefined) return reference(schema.$ref);
    if ('const' in schema) return fc.constant(schema.const);
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices !== undefined) return fc.oneof(...choices.map((choice) => draw(choice, name)));
    return drawType(schema, name);
  }

  function drawType(schema: Schema, name: string): fc.Arbitrary<unknown> {
    const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = schema;
    switch (schema.type) {
      case 'null':
        return fc.constant(null);
      case 'boolean':
        return fc.boolean();
      case 'integer':
        return fc.integer({ min: minimum, max: maximum });
      case 'number':
        return fc.double({ min: minimum, max: maximum, noNaN: true });
      case 'string':
        if (schema.pattern !== undefined) return fc.stringMatching(new RegExp(schema.pattern, 'u'));
        return fc.string({ unit: 'grapheme', minLength: schema.minLength ?? 0, maxLength: 24 });
      case 'array':
        return fc.array(draw(schema.items!, name), { maxLength: 5 });
      case 'object':
        return drawObject(schema, name);
      default:
        throw new Error(`${name}: schema-arbitrary does not know the type ${schema.type}`);
    }
  }

  function drawObject({ properties, required, additionalProperties }: Schema, name: string): fc.Arbitrary<unknown> {
    if (properties === undefined) return fc.dictionary(fc.string(), draw(additionalProperties as Schema, name));
    const drawn = Object.entries(properties).map(([property, value]) => {
      const path = name === '' ? property : `${name}.${property}`;
      return [property, overrides[path] ?? draw(value, path)] as const;
    });
    // A document of an earlier minor does not have the fields that came later.
    return fc.record(Object.fromEntries(drawn), { noNullPrototype: true, requiredKeys: [...(required ?? [])] });
  }

  return draw(root, '');
}
