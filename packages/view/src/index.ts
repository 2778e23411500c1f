export { type AssetOptions, assetUrls } from './assets.ts'
export { type Attributes, type AttributeValue, attributes } from './attributes.ts'
export { BuildError, type BuildOptions, type BuildResult, buildViews } from './build.ts'
export { compile, type RenderFunction, type StandaloneOptions } from './compile.ts'
export {
  type CompiledTemplate,
  type CompileOptions,
  compileTemplate,
  type StrictModes,
  type Strictness,
} from './compile-template.ts'
export { type Renderer, type ViewContext, withViews } from './context.ts'
export { viewError } from './errors.ts'
export { escapeHtml, type Format, jsonScript, raw, SafeString } from './escape.ts'
export { type Choice, Form, form } from './form.ts'
export type { ContextHelperTable, HelperTable } from './helpers.ts'
export { mapDiagnostic } from './map-diagnostic.ts'
export type { Position } from './position.ts'
export type { Registry } from './registry-store.ts'
export type { RenderOptions } from './rendering.ts'
export { originalPosition, type SourceMap } from './source-map.ts'
export { TemplateError, type TemplateSource } from './template-error.ts'
export { templateDiagnostic } from './trace.ts'
export type {
  Block,
  Helpers,
  HelperTypes,
  LocalsOf,
  LooseHelpers,
  Printable,
  StrictPrintable,
  StrictTemplateView,
  TemplateMeta,
  TemplateName,
  Templates,
  TemplateView,
  Untyped,
} from './types.ts'
export { createViews, type RenderArguments, type Views, type ViewsOptions } from './views.ts'
