import { stripVTControlCharacters } from 'node:util';
import type { Context } from './context.ts';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: 'left' | 'right';
}

/** Print `data` as one line of JSON, or its rows as a table. */
export function printRows<Row>(
  context: Context,
  options: {
    readonly data: unknown;
    readonly rows: readonly Row[];
    readonly columns: readonly Column<Row>[];
  },
): void {
  context.stdout.write(
    context.json ? `${JSON.stringify(options.data)}\n` : formatTable(options.rows, options.columns),
  );
}

function formatTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const lines = [
    columns.map((column) => column.title),
    ...rows.map((row) => columns.map((column) => printable(column.value(row)))),
  ];
  const widths = columns.map((_, index) => Math.max(...lines.map((cells) => cells[index]?.length ?? 0)));
  return lines.map((cells) => `${alignLine(cells, columns, widths)}\n`).join('');
}

/** Names come from a server that is not trusted: escape sequences could rewrite the terminal. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, ' ');
}

function alignLine(
  cells: readonly string[],
  columns: readonly { readonly align?: 'left' | 'right' }[],
  widths: readonly number[],
): string {
  const padded = cells.map((cell, index) => {
    const width = widths[index] ?? 0;
    return columns[index]?.align === 'right' ? cell.padStart(width) : cell.padEnd(width);
  });
  return padded.join('  ').trimEnd();
}
