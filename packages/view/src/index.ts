export { BuildError, type BuildOptions, type BuildResult, buildViews } from './compile/build.ts'
export {
  type CompiledTemplate,
  type CompileOptions,
  compileTemplate,
  type StrictModes,
  type Strictness,
} from './compile/compile-template.ts'
export { mapDiagnostic } from './compile/map-diagnostic.ts'
export type { SourceMap } from './compile/source-map.ts'
export { compile, type RenderFunction, type StandaloneOptions } from './compile.ts'
export { type Renderer, type ViewContext, withViews } from './context.ts'
export type { OutputContext } from './parse/output-context.ts'
export { type AssetOptions, assetUrls } from './render/assets.ts'
export {
  type Attributes,
  type AttributeValue,
  attributes,
  type ClassValue,
  type StyleValue,
} from './render/attributes.ts'
export { escapeHtml, type Format, jsonScript, type Purpose, raw, SafeString } from './render/escape.ts'
export { type Choice, Form, type FormOptions, form } from './render/form.ts'
export type { ContextHelperTable, HelperTable } from './render/helpers.ts'
export type { Registry } from './render/registry-store.ts'
export type { RenderOptions } from './render/rendering.ts'
export type { RenderEvent } from './render/template-entry.ts'
export { templateDiagnostic } from './render/trace.ts'
export { TemplateError } from './template-error.ts'
export type {
  AsyncSlots,
  Block,
  Helpers,
  HelperTypes,
  IncludeArguments,
  JsonTemplateView,
  LocalsOf,
  LooseHelpers,
  Printable,
  Slots,
  StrictPrintable,
  StrictTemplateView,
  TemplateMeta,
  TemplateName,
  Templates,
  TemplateView,
  Untyped,
} from './types.ts'
export { createViews, type RenderArguments, type Views, type ViewsOptions } from './views.ts'
