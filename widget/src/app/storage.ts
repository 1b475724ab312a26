/** Named texts kept on this device for one channel; in memory where the browser forbids storage. */
export interface Store {
  get(name: string): string | null;
  set(name: string, value: string | null): void;
  names(): string[];
}

export function deviceStore(key: string, storage: Storage | null = available()): Store {
  const prefix = `kapocs.${key}.`;
  const memory = new Map<string, string>();
  return {
    get: (name) => memory.get(name) ?? storage?.getItem(prefix + name) ?? null,
    set(name, value) {
      memory.delete(name);
      try {
        if (value === null) storage?.removeItem(prefix + name);
        else storage!.setItem(prefix + name, value);
      } catch {
        // Full or forbidden: remembered until the page is left.
        if (value !== null) memory.set(name, value);
      }
    },
    names() {
      const found = new Set(memory.keys());
      for (let i = 0; i < (storage?.length ?? 0); i++) {
        const name = storage!.key(i)!;
        if (name.startsWith(prefix)) found.add(name.slice(prefix.length));
      }
      return [...found];
    },
  };
}

function available(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
