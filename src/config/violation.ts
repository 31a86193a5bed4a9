// ajv's first error on a configuration -> the place of the mistake and its remedy.

import type { ErrorObject } from 'ajv';
import { didYouMean, nearest } from '../did-you-mean.ts';
import { configKeys } from '../documents/generated/config-keys.ts';

export interface ConfigViolation {
  path: (string | number)[];
  /** The wrong key below `path`, if the key itself is wrong. */
  key?: string;
  message: string;
  hint: string | null;
}

const typeNames: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'keys and values',
  boolean: 'true or false',
};

export function describeViolation(errors: readonly ErrorObject[], content: unknown): ConfigViolation {
  const [error] = errors;
  if (!error) return { path: [], message: 'is not valid', hint: null };
  const path = parsePointer(error.instancePath, content);
  const params = error.params as Record<string, unknown>;
  const value = path.reduce((node, part) => (node as Record<string | number, unknown>)?.[part], content);
  if (errors.some(({ keyword }) => keyword === 'anyOf')) return { path, message: 'needs a unit or a path', hint: null };
  if (error.keyword === 'additionalProperties') {
    const key = String(params.additionalProperty);
    const object = path.findLast((part) => typeof part === 'string') ?? '';
    return { path, key, message: 'unknown key', hint: didYouMean(key, configKeys[object] ?? []) };
  }
  const beginning = path.length === 0 ? 'a file begins with kind: lib-users/config and schema_version: 1.0.0' : null;
  if (error.keyword === 'required') return { path, message: `${params.missingProperty} is missing`, hint: beginning };
  if (error.keyword === 'enum') {
    const known = params.allowedValues as string[];
    const near = typeof value === 'string' ? nearest(value, known) : null;
    const hint = near === null ? null : `did you mean ${near}?`;
    return { path, message: `expected one of ${known.join(', ')}${butIs(value)}`, hint };
  }
  if (error.keyword === 'const') return { path, message: `expected ${params.allowedValue}${butIs(value)}`, hint: null };
  if (error.keyword === 'type') {
    const type = String(params.type);
    return {
      path,
      message: `expected ${typeNames[type] ?? `a ${type}`}${path.length === 0 ? '' : butIs(value)}`,
      hint: type !== 'string' ? beginning : typeof value === 'object' && value !== null ? null : 'quote it',
    };
  }
  if (error.keyword === 'pattern' && path[0] === 'schema_version') {
    return { path, message: `this lib-users reads 1.x${butIs(value)}`, hint: 'write schema_version: 1.0.0' };
  }
  if (error.keyword === 'pattern' && path.at(-1) === 'until') {
    return { path, message: `is not a day: ${JSON.stringify(value)}`, hint: 'write it as YYYY-MM-DD' };
  }
  if (error.keyword === 'minLength') return { path, message: 'is empty', hint: null };
  return { path, message: error.message ?? 'is not valid', hint: null };
}

/** Names the value that is there instead, if it is short enough to be read. */
function butIs(value: unknown): string {
  const text =
    typeof value === 'object' && value !== null ? (Array.isArray(value) ? 'a list' : 'keys') : JSON.stringify(value);
  return text === undefined || text.length > 80 ? '' : `, not ${text}`;
}

/** Parses a JSON pointer (RFC 6901). A part is a number if it indexes a list. */
function parsePointer(pointer: string, content: unknown): (string | number)[] {
  let node: unknown = content;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const key = Array.isArray(node) ? Number(name) : name;
      node = (node as Record<string | number, unknown>)[key];
      return key;
    });
}
