// A JSON Schema and a text -> a document that meets the schema and has the text in every place that takes any text.

import fc from 'fast-check';
import type { Schema } from './schema-arbitrary.ts';

/** Texts that would be more than text if a page let them, and texts that hide or are endless. */
export const hostileTexts: Readonly<Record<string, string>> = {
  script: '<script>window.hit=1</script>',
  picture: '"><img src=x onerror=window.hit=1>',
  quotes: `'"\` onmouseover=window.hit=1 style=x `,
  'end of the style': '</style><script>window.hit=1</script>',
  'end of the script': '</script><svg onload=window.hit=1>',
  'end of everything': '</td></table></details></main></body></html><script>window.hit=1</script>',
  comment: '<!--><script>window.hit=1</script>-->',
  entities: '&lt;script&gt; &#60;b&#62; &amp',
  link: 'javascript:window.hit=1//https://example.org/',
  bidi: '\u202egnp.exe\u2066\u200f\u061c\ufeff',
  controls: `${Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('')}\x7f\x85\u2028\u2029`,
  'half a character': '\ud800 \udc00',
  'a million characters': 'x'.repeat(1_000_000),
  'a million brackets': '<'.repeat(1_000_000),
};

export interface Fill {
  text: string;
  /** Which value of each closed list and which answer of each yes or no. */
  pick: number;
}

export function fillSchema(root: Schema, { text, pick }: Fill): unknown {
  const depth = new Map<string, number>();

  function fill(schema: Schema): unknown {
    if (schema.$ref !== undefined) {
      const name = schema.$ref.replace('#/$defs/', '');
      if ((depth.get(name) ?? 0) > 2) throw new Error(`${name} holds itself`);
      depth.set(name, (depth.get(name) ?? 0) + 1);
      const value = fill(root.$defs![name]!);
      depth.set(name, depth.get(name)! - 1);
      return value;
    }
    if ('const' in schema) return schema.const;
    if (schema.enum !== undefined) return schema.enum[pick % schema.enum.length];
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices !== undefined) {
      const filled = choices.filter(({ type }) => type !== 'null');
      return fill(filled[pick % filled.length]!);
    }
    return fillType(schema);
  }

  function fillType(schema: Schema): unknown {
    switch (schema.type) {
      case 'null':
        return null;
      case 'boolean':
        return pick % 2 === 0;
      case 'integer':
      case 'number':
        return Math.max(schema.minimum ?? 0, 7 + pick);
      case 'string':
        return schema.pattern === undefined ? text : sampleOf(schema.pattern);
      case 'array': {
        const { oneOf } = schema.items?.$ref === undefined ? schema.items! : root.$defs![nameOf(schema.items.$ref)]!;
        return oneOf === undefined ? [fill(schema.items!)] : oneOf.map(fill);
      }
      default:
        if (schema.properties === undefined) return { [text]: fill(schema.additionalProperties as Schema) };
        return Object.fromEntries(Object.entries(schema.properties).map(([name, value]) => [name, fill(value)]));
    }
  }

  return fill(root);
}

function nameOf(ref: string): string {
  return ref.replace('#/$defs/', '');
}

const samples = new Map<string, string>();

function sampleOf(pattern: string): string {
  const known = samples.get(pattern) ?? drawSample(pattern);
  samples.set(pattern, known);
  return known;
}

function drawSample(pattern: string): string {
  return fc.sample(fc.stringMatching(new RegExp(pattern, 'u')), { numRuns: 1, seed: 1 })[0]!;
}
