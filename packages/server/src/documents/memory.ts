import type { DocumentKind, DocumentSource, RawDocument } from './source.ts';

export interface MemoryDocuments extends DocumentSource {
  put(kind: DocumentKind, name: string, document: RawDocument): void;
  remove(kind: DocumentKind, name: string): void;
}

/** Documents that a program puts there itself. */
export function createMemoryDocuments(): MemoryDocuments {
  const documents: Readonly<Record<DocumentKind, Map<string, RawDocument>>> = {
    collection: new Map(),
    user: new Map(),
    secret: new Map(),
  };
  return {
    name: 'memory',
    find: async (kind, name) => documents[kind].get(name),
    names: async (kind) => [...documents[kind].keys()].toSorted(),
    check: async () => {},
    close: async () => {},
    put: (kind, name, document) => {
      documents[kind].set(name, document);
    },
    remove: (kind, name) => {
      documents[kind].delete(name);
    },
  };
}
