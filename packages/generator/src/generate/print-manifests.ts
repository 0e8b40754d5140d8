import { Document } from 'yaml';

/** Objects as one YAML stream; scripts stay readable as blocks. */
export function printManifests(objects: readonly object[]): string {
  return objects
    .map((object) => {
      const document = new Document(object, { aliasDuplicateObjects: false });
      return `---\n${document.toString({ lineWidth: 0, blockQuote: 'literal' })}`;
    })
    .join('');
}
