// The configuration files -> the configuration in force. They count in this order: --config, then config.yaml, then config.d.

import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LibUsersError } from '../errors.ts';
import { assertStdinOnce, readInput, sourceName } from '../input.ts';
import { type ConfigFile, type EffectiveConfig, mergeConfig } from './effective.ts';

export interface ConfigSources {
  /** The folder of config.yaml and config.d. */
  folder: string;
  /** --config: paths, or - for standard input. The first file counts most. */
  files: readonly string[];
  /** false with --no-config: the folder is not read. */
  useFolder: boolean;
}

export const configFolder = '/etc/lib-users';

/** Throws invalid_config and input_unreadable. A missing folder is no error, but a file without permission to read is one. */
export async function loadConfig({ folder, files, useFolder }: ConfigSources): Promise<EffectiveConfig> {
  assertStdinOnce(files);
  const texts = [
    ...files.map((file) => ({ file: sourceName(file), text: readInput(file) })),
    ...(useFolder ? readFolder(folder) : []),
  ];
  if (texts.length === 0) return mergeConfig([]);
  // The YAML parser is loaded only if there is a file, because loading it takes time.
  const { parseConfig } = await import('./parse.ts');
  return mergeConfig(texts.map(({ file, text }): ConfigFile => parseConfig(text, file)));
}

function readFolder(folder: string): { file: string; text: string }[] {
  const main = join(folder, 'config.yaml');
  return [...(exists(main) ? [main] : []), ...listYaml(join(folder, 'config.d'))].map((file) => ({
    file,
    text: readInput(file),
  }));
}

function exists(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw unreadable(file, error);
  }
}

function listYaml(folder: string): string[] {
  if (!exists(folder)) return [];
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.startsWith('.'));
    return names.sort().map((name) => join(folder, name));
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function unreadable(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  return new LibUsersError('input_unreadable', `cannot read ${path} (${code})`, 'use --no-config to do without it');
}
