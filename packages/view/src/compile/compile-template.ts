import type { Diagnostic } from '@arlen/core'
import { type OptionRule, type OptionTable, option, readOptions } from '@arlen/core/options'
import { findJsonMistake } from '../parse/json/json-check.ts'
import { lint } from '../parse/output-lint.ts'
import { parse } from '../parse/parser.ts'
import { type References, referencesOf } from '../parse/references.ts'
import { checkSlots } from '../parse/slot-use.ts'
import { FORMATS, type Format } from '../render/escape.ts'
import type { TemplateError } from '../template-error.ts'
import { formatOf, nameOfFile } from '../template-name.ts'
import { generate } from './codegen.ts'
import type { SourceMap } from './source-map.ts'

/** Options of {@link compileTemplate}. */
export interface CompileOptions {
  /** The path for messages and the source map. */
  path: string
  /** The name of the template in the application. Default: the path without its extension. */
  name?: string
  /** Default: from the extension before `.ets`, else `html`. */
  format?: Format
  strict?: Strictness | undefined
  /** Converts relative import paths for the generated module. Default: unchanged. */
  relocate?: (specifier: string) => string
  /**
   * How the generated module imports this package's types. Default `@arlen/view`; `arlen/view` if only `arlen` is
   * installed.
   */
  view?: string
}

/** Which strict modes are on. */
export interface StrictModes {
  /** Missing locals are errors. Default true. */
  locals?: boolean
  /** Printing null or undefined is an error, also for TypeScript. Default false. */
  values?: boolean
}

/** Both modes, or each by name. */
export type Strictness = boolean | StrictModes

/** A compiled template. */
export interface CompiledTemplate {
  /** A TypeScript module with the same lines as the template. */
  code: string
  map: SourceMap
  warnings: Diagnostic[]
}

/** A template as other templates in its folder see it. */
export interface LinkedTemplate extends CompiledTemplate {
  readonly references: References
  /** Of a JSON template that is a page: why what it prints is none. A partial may print a part of a value. */
  readonly jsonMistake: TemplateError | undefined
}

/** The rule of the option `strict`. */
export const STRICT: OptionRule = option.either(
  option.boolean,
  option.nested<StrictModes>({ locals: option.boolean, values: option.boolean }),
)

const OPTIONS: OptionTable<CompileOptions> = {
  path: option.required(option.text),
  name: option.text,
  format: option.oneOf(...FORMATS),
  strict: STRICT,
  relocate: option.func,
  view: option.text,
}

/**
 * Compiles a template to a TypeScript module. Reads no files and runs no code of the template.
 *
 * @throws TemplateError with the first mistake; option_unknown, option_invalid
 */
export function compileTemplate(text: string, options: CompileOptions): CompiledTemplate {
  return compileLinked(text, options)
}

/** {@link compileTemplate}, and the template's references to others. */
export function compileLinked(text: string, options: CompileOptions): LinkedTemplate {
  const given = readOptions('compileTemplate()', options, OPTIONS)
  const { path, name, format = formatOf(path), strict, relocate, view = '@arlen/view' } = given
  const source = { path, text }
  const template = parse(source)
  const slotWarnings = checkSlots(template, name ?? nameOfFile(path))
  const modes = strictModes(strict)
  const { code, mappings } = generate(template, {
    name: name ?? nameOfFile(path),
    format,
    strictLocals: modes.locals,
    strictValues: modes.values,
    relocate: relocate ?? (specifier => specifier),
    view,
  })
  return {
    code,
    map: { version: 3, file: '', sources: [path], sourcesContent: [text], names: [], mappings },
    warnings: [...lint(template, format), ...slotWarnings],
    references: referencesOf(template),
    jsonMistake: format === 'json' ? findJsonMistake(template, name ?? nameOfFile(path)) : undefined,
  }
}

export function strictModes(strict: Strictness | undefined): Required<StrictModes> {
  if (typeof strict === 'boolean') return { locals: strict, values: strict }
  return { locals: strict?.locals ?? true, values: strict?.values ?? false }
}
