import { expect, it } from 'vitest';
import { databaseArgument, parseName, quoteIdentifier } from './identifier.ts';

it.each([
  ['shop', '"shop"', "dbname='shop'"],
  ['My Shop', '"My Shop"', "dbname='My Shop'"],
  ['a"b', '"a""b"', "dbname='a\"b'"],
  ["it's \\ here", '"it\'s \\ here"', "dbname='it\\'s \\\\ here'"],
  ['host=evil', '"host=evil"', "dbname='host=evil'"],
])('quotes %s for SQL and for the tools', (name, identifier, argument) => {
  expect(quoteIdentifier(name)).toBe(identifier);
  expect(databaseArgument(name)).toBe(argument);
});

it.each([[''], ['a\0b'], ['ż'.repeat(32)]])('refuses the name %j', (name) => {
  expect(() => parseName(name)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
});
