// Documents against their schemas, with the validators that ajv compiled ahead of time.

import { LibUsersError } from '../errors.ts';
import type { SchemaName } from './generated/schemas.ts';
import { validators } from './generated/validators.ts';

export interface Violation {
  /** JSON pointer (RFC 6901) to the violation, '' for the whole document. */
  pointer: string;
  /** The same pointer for a message: one line even if names have line breaks, / for the whole document. */
  where: string;
  message: string;
  /** The property at the pointer that the schema does not know, else null. */
  unknown: string | null;
}

/** The first violation of the schema, or null. The validators are loaded when the first document needs them. */
export async function validateDocument(name: SchemaName, document: unknown): Promise<Violation | null> {
  const { default: validate } = await validators[name]();
  if (validate(document)) return null;
  const error = validate.errors?.[0];
  const unknown: unknown = error?.params.additionalProperty;
  const pointer = error?.instancePath ?? '';
  return {
    pointer,
    where: pointer === '' ? '/' : quoteOdd(pointer),
    message: describe(error?.message, error?.params),
    unknown: typeof unknown === 'string' ? unknown : null,
  };
}

/** ajv's message, with the name or values that it leaves in the parameters. */
function describe(message = 'is not valid', params: Record<string, unknown> = {}): string {
  if (typeof params.additionalProperty === 'string')
    return `must not have the property ${quoteOdd(params.additionalProperty)}`;
  if (Array.isArray(params.allowedValues)) return `must be one of ${params.allowedValues.join(', ')}`;
  if ('allowedValue' in params) return `must be ${JSON.stringify(params.allowedValue)}`;
  return message;
}

/** A name may hold any character. A name with more than visible ASCII is printed as JSON has it. */
function quoteOdd(name: string): string {
  return /^[!-~]+$/.test(name) ? name : JSON.stringify(name);
}

/** Checks every document before it is written. A document that fails its own schema is a defect of ours. */
export async function assertOwnDocument(name: SchemaName, document: unknown): Promise<void> {
  const violation = await validateDocument(name, document);
  if (violation === null) return;
  throw new LibUsersError(
    'internal',
    `this is a defect in lib-users: its ${name} document fails its own schema at ${violation.where}: ${violation.message}`,
    'please report it, with the command that you ran',
  );
}
