// One configuration file's text -> its valid content. YAML 1.2 core schema: data, no tags of its own, no code.

import { isMap, isNode, isPair, isSeq, LineCounter, type Pair, parseDocument, visit } from 'yaml';
import type { Config } from '../documents/generated/config.ts';
import validateConfig from '../documents/generated/validate-config.js';
import { LibUsersError } from '../errors.ts';
import type { ConfigFile } from './effective.ts';
import { findEntryProblem } from './entries.ts';
import { describeViolation } from './violation.ts';

/** The limit for anchors that refer to each other, so that a small file cannot grow without bound. */
const maxAliasCount = 100;

type Path = readonly (string | number)[];

/**
 * Throws invalid_config with FILE:LINE, the key and the remedy.
 * @param file the name of the file in messages
 */
export function parseConfig(text: string, file: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', prettyErrors: false, stringKeys: true });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  // An unknown tag is only a warning to the parser. It is an error here, because no value may have a tag of its own.
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem?.code === 'MULTIPLE_DOCS') {
    fail(file, lineAt(problem.pos[0]), 'a second document begins', 'write a file of its own, or take out the ---');
  }
  if (problem?.code === 'RESOURCE_EXHAUSTION') {
    fail(
      file,
      lineAt(problem.pos[0]),
      'the values are nested too deep',
      'see lib-users schema config for what may be there',
    );
  }
  if (problem) fail(file, lineAt(problem.pos[0]), problem.message, 'see lib-users schema config for what may be there');

  const tagged = findTag(document);
  if (tagged)
    fail(file, lineAt(tagged.offset), `${tagged.tag}: no value may have a tag of its own`, 'take the tag out');

  const content = toJs(document, file);
  const lineOf = (path: Path, key?: string) => lineAt(offsetOf(document.contents, path, key));
  if (!validateConfig(content)) {
    const { path, key, message, hint } = describeViolation(validateConfig.errors ?? [], content);
    fail(
      file,
      lineOf(path, key),
      `${[keyName([...path, ...(key === undefined ? [] : [key])]), message].filter(Boolean).join(': ')}`,
      hint,
    );
  }
  const config = content as Config;
  const wrong = findEntryProblem(config);
  if (wrong) fail(file, lineOf(wrong.path), `${keyName(wrong.path)}: ${wrong.message}`, wrong.hint);
  return {
    file,
    config,
    policyLines: (config.policy ?? []).map((_, index) => lineOf(['policy', index])),
    acceptLines: (config.check?.accept ?? []).map((_, index) => lineOf(['check', 'accept', index])),
  };
}

/** The parser resolves the tags of YAML 1.1 that the core schema does not have, as !!set and !!omap, and reads other values from them. */
const coreTag = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/;

function findTag(document: ReturnType<typeof parseDocument>): { tag: string; offset: number } | null {
  let found: { tag: string; offset: number } | null = null;
  visit(document, {
    Node(_, { tag, range }) {
      if (tag === undefined || coreTag.test(tag)) return undefined;
      found = { tag: tag.replace('tag:yaml.org,2002:', '!!'), offset: range?.[0] ?? 0 };
      return visit.BREAK;
    },
  });
  return found;
}

function toJs(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount });
  } catch (error) {
    return fail(
      file,
      1,
      error instanceof Error ? error.message : String(error),
      'write the values out without aliases',
    );
  }
}

/** Returns the offset of the value at `path`, or of its key `key`. If that does not exist, of the last part that exists. */
function offsetOf(contents: unknown, path: Path, key?: string): number {
  let node = contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const part of key === undefined ? path : [...path, key]) {
    const pair: Pair | undefined = isMap(node) ? node.items.find((item) => String(item.key) === part) : undefined;
    node = pair ? pair.value : isSeq(node) ? node.items[Number(part)] : undefined;
    const start: unknown = pair ? pair.key : node;
    if (!isNode(start) || isPair(start)) break;
    offset = start.range?.[0] ?? offset;
  }
  return offset;
}

/** Formats a path as in policy[0].action. */
function keyName(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index > 0 ? `.${part}` : part)).join('');
}

function fail(file: string, line: number, message: string, hint: string | null): never {
  throw new LibUsersError('invalid_config', `${file}:${line}: ${message}`, hint);
}
