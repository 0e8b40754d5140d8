/** The parts that can be deployed at different versions, and the name of each one's variable in `release.env`. */
export const components = {
  controller: 'CONTROLLER_VERSION',
  'backup-maker': 'BACKUP_MAKER_VERSION',
  server: 'SERVER_VERSION',
} as const;

export type Component = keyof typeof components;

export const componentNames = Object.keys(components) as readonly Component[];

/** Where `make e2e` puts the checkout of a component, below `.build`. */
export const componentFolders: Readonly<Record<Component, string>> = {
  controller: 'backup-maker-controller',
  'backup-maker': 'backup-maker',
  server: 'backup-repository',
};

/** Which version of each component was tested together: `main`, which is the checkout itself, or a tag. */
export type ComponentSet = Readonly<Record<Component, string>>;

/**
 * Read a `release.env`: lines `NAME=value`, comments and empty lines.
 * @throws Error that names the line, or the component that is missing
 */
export function parseComponentSet(text: string): ComponentSet {
  const values = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    const [, name, value] = /^([A-Z_]+)=(\S+)$/.exec(line.trim()) ?? [];
    if (name !== undefined && value !== undefined) {
      values.set(name, value);
    } else if (!/^\s*(#.*)?$/.test(line)) {
      throw new Error(`release.env:${index + 1}: "${line}" is not NAME=value`);
    }
  }
  const entries = componentNames.map((component) => {
    const value = values.get(components[component]);
    if (value === undefined) {
      throw new Error(`release.env does not set ${components[component]}`);
    }
    return [component, value] as const;
  });
  return Object.fromEntries(entries) as ComponentSet;
}
