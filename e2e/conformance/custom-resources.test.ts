import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Body } from './connection/api.ts';
import { type JudgedCluster, judgedCluster } from './connection/judged-cluster.ts';

/** What a rule in CEL says; a type error keeps newer versions from looking at it, and they say that too. */
const rule = 'large ones are green';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

describe('custom resources', () => {
  let cluster: JudgedCluster;
  let group: string;
  let gadgets: string;

  const schema = {
    type: 'object',
    required: ['spec'],
    properties: {
      spec: {
        type: 'object',
        required: ['size'],
        'x-kubernetes-validations': [{ rule: "self.size < 9 || self.colour == 'green'", message: rule }],
        properties: {
          size: { type: 'integer', minimum: 1, maximum: 10 },
          colour: { type: 'string', enum: ['red', 'green'], default: 'red' },
          code: { type: 'string', pattern: '^[a-z]+$' },
          parts: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['name'],
            items: {
              type: 'object',
              required: ['name'],
              properties: { name: { type: 'string' }, count: { type: 'integer' } },
            },
          },
          fixed: {
            type: 'string',
            'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed stays' }],
          },
          free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          port: { 'x-kubernetes-int-or-string': true },
        },
      },
      status: { type: 'object', properties: { phase: { type: 'string' } } },
    },
  };

  const definition = (): object => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `gadgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'gadgets', kind: 'Gadget', shortNames: ['gd'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
          schema: { openAPIV3Schema: schema },
        },
      ],
    },
  });

  const gadget = (name: string, spec: object, more: object = {}): object => ({
    apiVersion: `${group}/v1`,
    kind: 'Gadget',
    metadata: { name },
    spec,
    ...more,
  });
  const create = (name: string, spec: object, more: object = {}): Promise<Answer> =>
    cluster.api.call('POST', gadgets, { body: gadget(name, spec, more) });
  const merge = (at: string, body: object): Promise<Answer> =>
    cluster.api.call('PATCH', at, { type: 'application/merge-patch+json', body });

  beforeAll(async () => {
    cluster = await judgedCluster();
    group = `${cluster.namespace}.example.org`;
    gadgets = cluster.path('gadgets', `${group}/v1`);
    const made = await cluster.api.call('POST', definitions, { body: definition() });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    await cluster.until(`${definitions}/gadgets.${group}`, (crd: Body) =>
      crd.status?.conditions?.some((one: Body) => one.type === 'Established' && one.status === 'True'),
    );
    await cluster.until(`/apis/${group}/v1`, (list) => list.kind === 'APIResourceList');
  });
  afterAll(async () => {
    await cluster?.api.call('DELETE', `${definitions}/gadgets.${group}`);
    await cluster?.[Symbol.asyncDispose]();
  });

  test('are discovered with names and verbs', async () => {
    const { body } = await cluster.api.call('GET', `/apis/${group}/v1`);
    expect(body.resources).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'gadgets',
          singularName: 'gadget',
          kind: 'Gadget',
          namespaced: true,
          shortNames: ['gd'],
          verbs: expect.arrayContaining([
            'get',
            'list',
            'watch',
            'create',
            'update',
            'patch',
            'delete',
            'deletecollection',
          ]),
        }),
        expect.objectContaining({
          name: 'gadgets/status',
          verbs: expect.arrayContaining(['get', 'patch', 'update']),
        }),
      ]),
    );
  });

  test('get defaults, lose what the schema does not know, and keep what it lets free', async () => {
    const { status, body } = await create('shaped', {
      size: 1,
      unknown: true,
      free: { any: { thing: 1 } },
      port: 'http',
    });
    expect(status).toBe(201);
    expect(body.spec).toEqual({ size: 1, colour: 'red', free: { any: { thing: 1 } }, port: 'http' });
    expect(body.metadata.generation).toBe(1);
  });

  test.each([
    {
      what: 'too large a number',
      spec: { size: 11 },
      field: 'spec.size',
      message: 'should be less than or equal to 10',
    },
    {
      what: 'a value outside the enum',
      spec: { size: 1, colour: 'blue' },
      field: 'spec.colour',
      message: 'Unsupported value: "blue": supported values: ',
    },
    {
      what: 'a pattern that does not match',
      spec: { size: 1, code: 'A1' },
      field: 'spec.code',
      message: "should match '^[a-z]+$'",
    },
    { what: 'a missing field', spec: {}, field: 'spec.size', message: 'Required value' },
    { what: 'a wrong type', spec: { size: 'large' }, field: 'spec.size', message: 'must be of type integer' },
    {
      what: 'a key that is there twice',
      spec: { size: 1, parts: [{ name: 'a' }, { name: 'a' }] },
      field: 'spec.parts[1]',
      message: 'Duplicate value',
    },
  ])('refuse $what', async ({ spec, field, message }) => {
    const { status, body } = await create('refused', spec);
    expect(status).toBe(422);
    expect(body).toMatchObject({ kind: 'Status', reason: 'Invalid', details: { kind: 'Gadget', group } });
    // Newer versions tell of the rule in CEL as well, which an object that is wrong elsewhere may break too.
    const causes = body.details.causes.filter(
      (cause: { readonly message: string }) =>
        !cause.message.includes(rule) && !cause.message.includes('validation rules were not checked'),
    );
    expect(causes).toEqual([expect.objectContaining({ field, message: expect.stringContaining(message) })]);
  });

  test('keep spec and status apart, and count generations of the spec', async () => {
    await create('split', { size: 1 }, { status: { phase: 'ignored' } });
    const at = `${gadgets}/split`;
    expect((await cluster.api.call('GET', at)).body.status).toBeUndefined();
    const status = await merge(`${at}/status`, { spec: { size: 9 }, status: { phase: 'Ready' } });
    expect(status.body).toMatchObject({
      metadata: { generation: 1 },
      spec: { size: 1 },
      status: { phase: 'Ready' },
    });
    const spec = await merge(at, { spec: { size: 2 }, status: { phase: 'ignored' } });
    expect(spec.body).toMatchObject({
      metadata: { generation: 2 },
      spec: { size: 2 },
      status: { phase: 'Ready' },
    });
    const labels = await merge(at, { metadata: { labels: { a: 'b' } } });
    expect(labels.body.metadata.generation).toBe(2);
  });

  test('have no strategic merge patch', async () => {
    await create('plain', { size: 1 });
    const { status } = await cluster.api.call('PATCH', `${gadgets}/plain`, {
      type: 'application/strategic-merge-patch+json',
      body: {},
    });
    expect(status).toBe(415);
  });

  test('need a resourceVersion for an update', async () => {
    await create('versioned', { size: 1 });
    const { status, body } = await cluster.api.call('PUT', `${gadgets}/versioned`, {
      body: gadget('versioned', { size: 2 }),
    });
    expect(status).toBe(422);
    // Older versions print the number in another way.
    expect(body.message).toMatch(
      /metadata\.resourceVersion: Invalid value: (0x)?0: must be specified for an update/,
    );
  });

  test('server-side apply merges keyed lists by their keys', async (context) => {
    context.skip(cluster.minor < 22, '1.20 takes lists of custom kinds as one piece');
    const at = `${gadgets}/applied`;
    const apply = (manager: string, parts: object[]): Promise<Answer> =>
      cluster.api.call('PATCH', `${at}?fieldManager=${manager}`, {
        type: 'application/apply-patch+yaml',
        body: gadget('applied', { ...(manager === 'one' && { size: 1 }), parts }),
      });
    await apply('one', [{ name: 'a', count: 1 }]);
    const both = await apply('two', [{ name: 'b', count: 2 }]);
    expect(both.body.spec?.parts, JSON.stringify(both.body)).toEqual([
      { name: 'a', count: 1 },
      { name: 'b', count: 2 },
    ]);
    const less = await apply('one', []);
    expect(less.body.spec.parts).toEqual([{ name: 'b', count: 2 }]);
  });

  test('rules in CEL are kept', async (context) => {
    context.skip(cluster.minor < 25, 'CEL rules came with 1.25');
    const refused = await create('ruled', { size: 9 });
    expect(refused).toMatchObject({
      status: 422,
      body: {
        details: { causes: [{ field: 'spec', message: expect.stringContaining(rule) }] },
      },
    });
    expect((await create('ruled', { size: 9, colour: 'green', fixed: 'a' })).status).toBe(201);
    const changed = await merge(`${gadgets}/ruled`, { spec: { fixed: 'b' } });
    expect(changed).toMatchObject({
      status: 422,
      body: {
        details: { causes: [{ field: 'spec.fixed', message: expect.stringContaining('fixed stays') }] },
      },
    });
  });

  test('show the columns of their definition', async () => {
    await create('columns', { size: 7 });
    const { body } = await cluster.api.call('GET', `${gadgets}/columns`, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });
    expect(body.columnDefinitions.map((column: Body) => column.name)).toEqual(['Name', 'Size']);
    expect(body.rows[0].cells).toEqual(['columns', 7]);
  });

  test('a definition whose name does not fit is refused', async () => {
    const wrong = { ...definition(), metadata: { name: `wrong.${group}` } };
    const { status, body } = await cluster.api.call('POST', definitions, { body: wrong });
    expect(status).toBe(422);
    expect(body.message).toContain('metadata.name: Invalid value');
  });
});
