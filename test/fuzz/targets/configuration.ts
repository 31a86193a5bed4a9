// A configuration file: refused with its line, or a configuration. It is root's own, but a slip in it must read as one.

import assert from 'node:assert/strict';
import { mergeConfig } from '../../../src/config/effective.ts';
import { parseConfig } from '../../../src/config/parse.ts';
import { LibUsersError } from '../../../src/errors.ts';
import { listPolicy } from '../../../src/policy/in-force.ts';
import type { Target } from '../engine.ts';
import { traps } from '../mutate.ts';

export const configuration: Target = {
  name: 'configuration',
  run(input) {
    const text = input.toString('utf8');
    try {
      const { policy } = mergeConfig([parseConfig(text, 'it')]);
      listPolicy(policy);
      return `accepted ${policy.length} ${traps.some((trap) => text.includes(trap))}`;
    } catch (error) {
      assert.ok(error instanceof LibUsersError, error as Error);
      assert.equal(error.exitCode, 2);
      assert.match(error.message, /^it:[0-9]+: ./s);
      return error.message
        .replace(/[0-9]+/g, '0')
        .replace(/"[^"]*"/g, '""')
        .slice(0, 60);
    }
  },
};
