import type { FieldValidation } from '../objects/admit.ts';
import { badRequest } from '../status-error.ts';

/** A whole number of a query, or undefined where it is not given. */
export function integerParameter(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') {
    return undefined;
  }
  if (!/^\d{1,15}$/.test(text)) {
    throw badRequest(`the query parameter ${name} must be a whole number: ${JSON.stringify(text)}`);
  }
  return Number(text);
}

export function booleanParameter(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  if (text === null || text === '' || /^(false|0|f)$/i.test(text)) {
    return text === '' && query.has(name);
  }
  if (/^(true|1|t)$/i.test(text)) {
    return true;
  }
  throw badRequest(`the query parameter ${name} must be true or false: ${JSON.stringify(text)}`);
}

export function dryRunParameter(query: URLSearchParams): boolean {
  const values = query.getAll('dryRun').filter((value) => value !== '');
  if (values.some((value) => value !== 'All')) {
    throw badRequest(`invalid dryRun ${JSON.stringify(values)}: supported values: "All"`);
  }
  return values.length > 0;
}

export function fieldValidationParameter(query: URLSearchParams): FieldValidation {
  const value = query.get('fieldValidation') ?? '';
  switch (value) {
    case '':
      return 'Warn';
    case 'Ignore':
    case 'Warn':
    case 'Strict':
      return value;
    default:
      throw badRequest(
        `invalid fieldValidation ${JSON.stringify(value)}: supported values: "Ignore", "Warn", "Strict"`,
      );
  }
}

/** The name by which managedFields knows the client: said, or the program of its User-Agent. */
export function fieldManagerParameter(query: URLSearchParams, userAgent: string | undefined): string {
  const given = query.get('fieldManager') ?? '';
  if (given.length > 128) {
    throw badRequest('fieldManager may not be longer than 128 characters');
  }
  return given !== '' ? given : (userAgent?.split('/')[0]?.slice(0, 128) ?? 'unknown');
}
