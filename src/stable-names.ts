// Names that change with every login, restart or revision -> the part of them that stays: for the ids of drift documents
// and the labels of metrics. The rules are data, each with its reason; a name that no rule matches is kept as it is.
// systemd: session-N.scope (logind), run-* (systemd-run), Accept= instances (instance_from_socket), machine-* (machined).

export interface NameRule {
  id: string;
  on: 'unit' | 'path';
  pattern: RegExp;
  replacement: string;
  reason: string;
}

const uuid = String.raw`[0-9A-Fa-f]{8}(?:-|\\x2d)(?:[0-9A-Fa-f]{4}(?:-|\\x2d)){3}[0-9A-Fa-f]{12}`;

/** Applied in this order, each to the result of the one before. */
export const nameRules: readonly NameRule[] = [
  {
    id: 'session',
    on: 'unit',
    pattern: /^session-c?[0-9]+\.scope$/,
    replacement: 'session-*.scope',
    reason: 'logind counts the sessions',
  },
  {
    id: 'transient',
    on: 'unit',
    pattern: /^run-(?:u?[0-9]+|r?[0-9a-f]{32}|p[0-9]+-i[0-9]+)(\.[a-z]+)$/,
    replacement: 'run-*$1',
    reason: 'systemd-run counts or draws the names of its units',
  },
  {
    id: 'application-scope',
    on: 'unit',
    pattern: /^(app-.+)-[0-9]+\.scope$/,
    replacement: '$1-*.scope',
    reason: 'desktops put the process id into the scope of an application',
  },
  {
    id: 'application-service',
    on: 'unit',
    pattern: /^(app-.+)@[0-9a-f]{8,32}\.service$/,
    replacement: '$1@*.service',
    reason: 'desktops draw a random instance for every start of an application',
  },
  {
    id: 'accept-instance',
    on: 'unit',
    pattern:
      /^([^@]+)@[0-9]+-(?:[0-9]+-)?(?:[0-9A-Fa-f.:%]+:[0-9]+-[0-9A-Fa-f.:%]+:[0-9]+|[0-9]+-[0-9]+|unknown)\.service$/,
    replacement: '$1@*.service',
    reason: 'a socket with Accept=yes makes an instance for every connection',
  },
  {
    id: 'bus-activation',
    on: 'unit',
    pattern: /^dbus-:[0-9]+\.[0-9]+-(.+)@[0-9]+\.service$/,
    replacement: 'dbus-:*-$1@*.service',
    reason: 'dbus-broker counts the connections and activations',
  },
  {
    id: 'container',
    on: 'unit',
    pattern: /^(docker|libpod|libpod-conmon|crio|crio-conmon|cri-containerd|nerdctl)-[0-9a-f]{64}\.scope$/,
    replacement: '$1-*.scope',
    reason: 'a container gets a new id whenever it is made',
  },
  {
    id: 'virtual-machine',
    on: 'unit',
    pattern: /^machine-((?:qemu|lxc)\\x2d)[0-9]+(\\x2d.+\.scope)$/,
    replacement: 'machine-$1*$2',
    reason: 'libvirt counts the starts of its domains',
  },
  {
    id: 'container-path',
    on: 'path',
    pattern: /(^|[/-])[0-9a-f]{64}(?=[/.-]|$)/g,
    replacement: '$1*',
    reason: 'container runtimes name folders by the ids of containers and layers',
  },
  {
    id: 'snap-revision',
    on: 'path',
    pattern: /^((?:\/var\/lib\/snapd)?\/snap\/[^/]+)\/x?[0-9]+(?=\/|$)/,
    replacement: '$1/*',
    reason: 'every revision of a snap is a folder of its own',
  },
  {
    id: 'nix-hash',
    on: 'path',
    pattern: /^\/(nix|gnu)\/store\/[0-9a-z]{32}-/,
    replacement: '/$1/store/*-',
    reason: 'every build in the store has a hash in its name',
  },
  ...(['unit', 'path'] as const).map((on) => ({
    id: `uuid-${on}`,
    on,
    pattern: new RegExp(`(?<![0-9A-Fa-f])${uuid}(?![0-9A-Fa-f])`, 'g'),
    replacement: '*',
    reason: 'a UUID is drawn at random',
  })),
];

/** `name` with every part that changes replaced by `*`. */
export function stableName(on: NameRule['on'], name: string): string {
  return nameRules.reduce((text, rule) => (rule.on === on ? text.replace(rule.pattern, rule.replacement) : text), name);
}
