export { builtinTemplates, findBuiltinTemplate } from './builtin/builtin-templates.ts';
export { type Generated, type GeneratedFile, type GenerateOptions, generate } from './generate/generate.ts';
export { type TemplateListing, TemplateStore } from './generate/template-store.ts';
export { writeGeneratedFiles } from './generate/write-files.ts';
export { clientImage } from './image.ts';
export { cronJobName, labelNames, labelValue } from './manifest/labels.ts';
export { podKeyPath } from './manifest/layout.ts';
export type { Keys, ManifestOptions, SecretEntry } from './manifest/manifest-options.ts';
export type {
  ConfigMapManifest,
  CronJobManifest,
  EnvironmentVariable,
  JobManifest,
  KubernetesObject,
  OwnerReference,
  SecretManifest,
  Volume,
  VolumeMount,
} from './manifest/objects.ts';
export type { PodTemplate } from './manifest/pod-template.ts';
export {
  type CronJobOptions,
  cronJobManifest,
  type JobOptions,
  jobManifest,
  procedureManifests,
  type Schedule,
} from './manifests.ts';
export { type DefinitionOptions, parseDefinition } from './procedure/definition.ts';
export type { HelmValues } from './procedure/helm-values.ts';
export { type Operation, operations } from './procedure/operation.ts';
export type { ParameterSchema } from './procedure/parameter.ts';
export type { ProcedureTemplate } from './procedure/procedure-template.ts';
export {
  type RenderedProcedure,
  type RenderProcedureOptions,
  renderProcedure,
} from './procedure/render-procedure.ts';
export {
  overlaySecret,
  type SecretOverlay,
  setVariables,
  type Variables,
  variableText,
} from './procedure/variables.ts';
