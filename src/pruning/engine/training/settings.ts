/**
 * Runs synchronous code with some settings changed on every object that has them, and puts them back.
 * @param settings the values they take meanwhile
 */
export function withSettings<T>(
  objects: readonly object[],
  settings: Readonly<Record<string, unknown>>,
  run: () => T,
): T {
  const undo: (() => void)[] = [];
  try {
    for (const object of objects) {
      for (const [key, value] of Object.entries(settings)) {
        if (!Object.hasOwn(object, key)) continue;
        const before: unknown = Reflect.get(object, key);
        undo.push(() => Reflect.set(object, key, before));
        Reflect.set(object, key, value);
      }
    }
    return run();
  } finally {
    for (const back of undo) back();
  }
}
