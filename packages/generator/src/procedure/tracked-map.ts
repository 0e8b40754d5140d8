import { isMap, type Value, type ValueMap } from '../template/index.ts';

/**
 * A copy of `values` that tells when anything at or inside one of `paths` is read. A template can print, cut or
 * encode a value in any way; whatever it does, it must read it first.
 */
export function trackReads(values: ValueMap, paths: ReadonlySet<string>, onRead: () => void): ValueMap {
  return track(values, { paths, onRead }, '');
}

interface Tracking {
  readonly paths: ReadonlySet<string>;
  readonly onRead: () => void;
}

function track(values: ValueMap, tracking: Tracking, prefix: string): ValueMap {
  const map = new TrackedMap();
  for (const [key, value] of values) {
    const path = prefix + key;
    map.set(key, isMap(value) ? track(value, tracking, `${path}.`) : value);
    if (tracking.paths.has(path)) map.watch(key, tracking.onRead);
  }
  return map;
}

class TrackedMap extends Map<string, Value> {
  readonly #watched = new Map<string, () => void>();

  watch(key: string, onRead: () => void): void {
    this.#watched.set(key, onRead);
  }

  override get(key: string): Value | undefined {
    this.#watched.get(key)?.();
    return super.get(key);
  }

  override entries(): MapIterator<[string, Value]> {
    this.#all();
    return super.entries();
  }

  override values(): MapIterator<Value> {
    this.#all();
    return super.values();
  }

  override [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries();
  }

  override forEach(callback: (value: Value, key: string, map: Map<string, Value>) => void): void {
    this.#all();
    super.forEach(callback);
  }

  #all(): void {
    for (const onRead of this.#watched.values()) onRead();
  }
}
