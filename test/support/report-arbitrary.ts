// Any valid report. Its names, pids and facts are equal often enough that the plan's rules have something to decide.

import fc from 'fast-check';
import type { Report } from '../../src/documents/generated/report.ts';
import { schemas } from '../../src/documents/generated/schemas.ts';
import { anyCharacter } from './any-character.ts';
import { arbitraryOf, type Schema } from './schema-arbitrary.ts';

const names = [
  'nginx.service',
  'postgresql@15-main.service',
  'dbus.service',
  'rsyslog.service',
  'docker.service',
  'getty@tty1.service',
  'user@1000.service',
  'init.scope',
  'session-7.scope',
  'app-1.scope',
  'home.mount',
  'foo@.service',
  '-.service',
  '--help.service',
  'a b.service',
  '*.service',
  'x;reboot.service',
  '../x.service',
];
const pid = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 9 }) }, fc.integer({ min: 1, max: 4194304 }));
const anyText = fc.string({ unit: anyCharacter, minLength: 1, maxLength: 12 });
const unitName = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...names) }, anyText);

export const anyReport = arbitraryOf(schemas.report as Schema, {
  pids: fc.array(pid, { maxLength: 4 }).map((pids) => [...new Set(pids)].sort((a, b) => a - b)),
  'process.pid': pid,
  'unit.name': unitName,
  'unit_ref.name': unitName,
  'unit.slice': fc.constantFrom(null, 'system.slice', 'user-1000.slice'),
  'scan.carriers': fc.array(unitName, { maxLength: 2 }),
  'systemd.load_state': fc.oneof(
    { weight: 6, arbitrary: fc.constant('loaded') },
    fc.constantFrom('masked', 'not-found'),
  ),
  'systemd.active_state': fc.constantFrom('active', 'active', 'inactive', 'failed'),
  'systemd.kill_mode': fc.constantFrom(null, 'control-group', 'mixed', 'process', 'none'),
  'systemd.names': fc.array(unitName, { maxLength: 2 }),
  'systemd.transient': fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
  'systemd.fragment_present': fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constantFrom(false, null)),
  'host.systemd_version': fc.constantFrom(null, 239, 247, 248, 252),
  'kernel_session.pid': pid,
  'kernel_session.terminal': fc.constantFrom(null, null, null, 'pts/3'),
  'systemd.type': fc.constantFrom(null, 'simple', 'notify', 'oneshot'),
  'systemd.can_start': fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.boolean()),
  'systemd.can_stop': fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.boolean()),
  'process.name': fc.oneof(fc.constantFrom('systemd', '(sd-pam)'), anyText),
}) as fc.Arbitrary<Report>;
