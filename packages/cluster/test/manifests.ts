/** A kind of our own, with what a definition can say. */
export const widgetDefinition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {plural: widgets, kind: Widget, shortNames: [wd], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    additionalPrinterColumns:
    - {name: Size, type: integer, jsonPath: .spec.size}
    - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
    - {name: Colour, type: string, jsonPath: .spec.colour, priority: 1}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            required: [size]
            properties:
              size: {type: integer, minimum: 1, maximum: 10, description: How large it is.}
              colour: {type: string, enum: [red, green], default: red}
              code: {type: string, pattern: '^[a-z]+$'}
              tags: {type: array, items: {type: string}, x-kubernetes-list-type: set}
              parts:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name]
                items:
                  type: object
                  required: [name]
                  properties: {name: {type: string}, count: {type: integer, default: 1}}
          status:
            type: object
            x-kubernetes-preserve-unknown-fields: true
`;

export function widget(name: string, spec: Readonly<Record<string, unknown>> = { size: 3 }): string {
  return JSON.stringify({ apiVersion: 'example.org/v1', kind: 'Widget', metadata: { name }, spec });
}

export interface PodOptions {
  readonly name: string;
  readonly script: string;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly container?: Readonly<Record<string, unknown>>;
}

function podSpec({ script, spec = {}, container = {} }: Omit<PodOptions, 'name'>): object {
  return {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 2,
    ...spec,
    containers: [{ name: 'main', image: 'any', command: ['bash', '-c', script], ...container }],
  };
}

export function pod(options: PodOptions): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: options.name },
    spec: podSpec(options),
  });
}

export function job(options: PodOptions & { readonly jobSpec?: Readonly<Record<string, unknown>> }): string {
  return JSON.stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: options.name },
    spec: { ...options.jobSpec, template: { spec: podSpec(options) } },
  });
}
