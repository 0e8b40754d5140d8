import { isArray, isObject, type Json, type JsonObject, listAt, objectAt, textAt } from '../json.ts';
import { messageField, textField } from './encode.ts';

/**
 * An OpenAPI 2 document as the message `openapi.v2.Document` of gnostic, the only form in which kubectl takes it. Field
 * numbers are those of its OpenAPIv2.proto.
 */
export function encodeOpenApi(document: JsonObject): Buffer {
  return Buffer.concat([
    textField(1, textAt(document, 'swagger')),
    messageField(
      2,
      textField(1, textAt(document, 'info', 'title')),
      textField(2, textAt(document, 'info', 'version')),
    ),
    messageField(
      8,
      ...members(document.paths).map(([path, item]) =>
        messageField(2, textField(1, path), messageField(2, pathItem(item))),
      ),
    ),
    messageField(
      9,
      ...members(document.definitions).map(([name, schema]) => named(1, name, encodeSchema(schema))),
    ),
  ]);
}

function pathItem(item: JsonObject): Buffer {
  const patch = objectAt(item, 'patch');
  return messageField(
    8,
    textField(5, textAt(patch, 'operationId')),
    ...listAt(patch, 'parameters').map(queryParameter),
    messageField(
      9,
      ...members(patch.responses).map(([code, response]) =>
        named(1, code, messageField(1, textField(1, textAt(response, 'description')))),
      ),
    ),
    ...extensions(13, patch),
  );
}

/** ParametersItem → Parameter → NonBodyParameter → QueryParameterSubSchema. */
function queryParameter(parameter: Json): Buffer {
  const query = messageField(
    3,
    textField(2, 'query'),
    textField(4, textAt(parameter, 'name')),
    textField(6, textAt(parameter, 'type')),
  );
  return messageField(8, messageField(1, messageField(2, query)));
}

function encodeSchema(schema: JsonObject): Buffer {
  const { additionalProperties, items, properties, type, required } = schema;
  return Buffer.concat([
    textField(2, textAt(schema, 'format')),
    textField(4, textAt(schema, 'description')),
    ...(isArray(required) ? required.map((name) => textField(19, String(name))) : []),
    ...(isObject(additionalProperties)
      ? [messageField(21, messageField(1, encodeSchema(additionalProperties)))]
      : []),
    ...(typeof type === 'string' ? [messageField(22, textField(1, type))] : []),
    ...(isObject(items) ? [messageField(23, messageField(1, encodeSchema(items)))] : []),
    ...(isObject(properties)
      ? [
          messageField(
            25,
            ...members(properties).map(([name, member]) => named(1, name, encodeSchema(member))),
          ),
        ]
      : []),
    ...extensions(31, schema),
  ]);
}

/** NamedAny with the value as YAML, of which JSON is a part. */
function extensions(number: number, node: JsonObject): readonly Buffer[] {
  return Object.entries(node)
    .filter(([key]) => key.startsWith('x-'))
    .map(([key, value]) =>
      messageField(number, textField(1, key), messageField(2, textField(2, JSON.stringify(value)))),
    );
}

function named(number: number, name: string, value: Buffer): Buffer {
  return messageField(number, textField(1, name), messageField(2, value));
}

function members(value: Json | undefined): readonly (readonly [string, JsonObject])[] {
  return isObject(value)
    ? Object.entries(value).flatMap(([key, member]) => (isObject(member) ? [[key, member] as const] : []))
    : [];
}
