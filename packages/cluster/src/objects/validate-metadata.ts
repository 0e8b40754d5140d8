import { isObject, type Json, listAt, objectAt } from '../json.ts';
import type { KubeObject } from '../object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { FieldCause } from '../status-error.ts';

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const qualifiedPart = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const valueRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const keyRule =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

const maxAnnotationBytes = 256 * 1024;

/** The rules of Kubernetes for names, labels, annotations and owners. */
export function validateMetadata(object: KubeObject, type: ResourceType): readonly FieldCause[] {
  const { name, namespace } = object.metadata;
  return [
    ...(type.plural === 'namespaces' && type.group === ''
      ? checkLabel('metadata.name', name)
      : checkSubdomain('metadata.name', name)),
    ...(namespace === undefined ? [] : checkLabel('metadata.namespace', namespace)),
    ...checkLabels(object),
    ...checkAnnotations(object),
    ...checkOwners(object),
    ...checkFinalizers(object),
  ];
}

function invalidValue(field: string, value: Json, rule: string): FieldCause {
  return { field, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${rule}` };
}

function checkSubdomain(field: string, name: string): readonly FieldCause[] {
  if (name.length > 253) {
    return [invalidValue(field, name, 'must be no more than 253 characters')];
  }
  return subdomain.test(name) ? [] : [invalidValue(field, name, subdomainRule)];
}

function checkLabel(field: string, name: string): readonly FieldCause[] {
  if (name.length > 63) {
    return [invalidValue(field, name, 'must be no more than 63 characters')];
  }
  return label.test(name) ? [] : [invalidValue(field, name, labelRule)];
}

function checkQualified(field: string, key: string): readonly FieldCause[] {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (name.length === 0 || name.length > 63 || !qualifiedPart.test(name)) {
    return [invalidValue(field, key, keyRule)];
  }
  return prefix !== undefined && !subdomain.test(prefix)
    ? [invalidValue(field, key, `prefix part ${subdomainRule}`)]
    : [];
}

function checkLabels(object: KubeObject): readonly FieldCause[] {
  return Object.entries(objectAt(object, 'metadata', 'labels')).flatMap(([key, value]) => [
    ...checkQualified('metadata.labels', key),
    ...(typeof value === 'string' && value !== '' && (value.length > 63 || !qualifiedPart.test(value))
      ? [invalidValue('metadata.labels', value, valueRule)]
      : []),
  ]);
}

function checkAnnotations(object: KubeObject): readonly FieldCause[] {
  const entries = Object.entries(objectAt(object, 'metadata', 'annotations'));
  const size = entries.reduce((sum, [key, value]) => sum + key.length + String(value).length, 0);
  const causes = entries.flatMap(([key]) => checkQualified('metadata.annotations', key.toLowerCase()));
  return size > maxAnnotationBytes
    ? [
        ...causes,
        {
          field: 'metadata.annotations',
          reason: 'FieldValueTooLong',
          message: `Too long: may not be more than ${maxAnnotationBytes} bytes`,
        },
      ]
    : causes;
}

function checkOwners(object: KubeObject): readonly FieldCause[] {
  const owners = listAt(object, 'metadata', 'ownerReferences');
  const controllers = owners.filter((owner) => isObject(owner) && owner.controller === true);
  if (controllers.length > 1) {
    return [
      invalidValue('metadata.ownerReferences', null, 'Only one reference can have Controller set to true'),
    ];
  }
  return owners.flatMap((owner, index) =>
    ['apiVersion', 'kind', 'name', 'uid']
      .filter((field) => isObject(owner) && (owner[field] ?? '') === '')
      .map((field) => invalidValue(`metadata.ownerReferences[${index}].${field}`, '', 'must not be empty')),
  );
}

function checkFinalizers(object: KubeObject): readonly FieldCause[] {
  return (object.metadata.finalizers ?? []).flatMap((finalizer) =>
    checkQualified('metadata.finalizers', finalizer),
  );
}
