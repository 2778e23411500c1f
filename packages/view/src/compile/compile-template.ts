import type { Diagnostic } from '@arlen/core'
import { type OptionRule, type OptionTable, option, readOptions } from '@arlen/core/options'
import { lint } from '../parse/html-lint.ts'
import { parse } from '../parse/parser.ts'
import type { Format } from '../render/escape.ts'
import { formatOf, nameOfFile } from '../template-name.ts'
import { generate } from './codegen.ts'
import type { SourceMap } from './source-map.ts'

/** Options of {@link compileTemplate}. */
export interface CompileOptions {
  /** As it is to stand in messages and in the source map. */
  path: string
  /** The name the application knows the template by. Default: the path without its extension. */
  name?: string
  /** Default: by the extension before `.ets`, else `html`. */
  format?: Format
  strict?: Strictness | undefined
  /** Where an import path that starts with a dot points to from the generated module. Default: left as it is. */
  relocate?: (specifier: string) => string
}

/** What counts as an error. */
export interface StrictModes {
  /** A local that the template mentions and was not given is an error. Default true. */
  locals?: boolean
  /** Printing null or undefined is an error, for TypeScript too. Default false. */
  values?: boolean
}

/** Both modes at once, or each by name. */
export type Strictness = boolean | StrictModes

/** A template as a module. */
export interface CompiledTemplate {
  /** A TypeScript module; its lines are those of the template. */
  code: string
  map: SourceMap
  warnings: Diagnostic[]
}

/** The rule of the option `strict`, wherever it is taken. */
export const STRICT: OptionRule = option.either(
  option.boolean,
  option.nested<StrictModes>({ locals: option.boolean, values: option.boolean }),
)

const OPTIONS: OptionTable<CompileOptions> = {
  path: option.required(option.text),
  name: option.text,
  format: option.oneOf('html', 'txt', 'json'),
  strict: STRICT,
  relocate: option.func,
}

/**
 * Compiles a template to a TypeScript module. Pure: it reads no file and runs nothing of the template.
 *
 * @throws TemplateError with the place of the first mistake; option_unknown, option_invalid
 */
export function compileTemplate(text: string, options: CompileOptions): CompiledTemplate {
  const { path, name, format = formatOf(path), strict, relocate } = readOptions('compileTemplate()', options, OPTIONS)
  const source = { path, text }
  const template = parse(source)
  const modes = strictModes(strict)
  const { code, mappings } = generate(template, {
    name: name ?? nameOfFile(path),
    format,
    strictLocals: modes.locals,
    strictValues: modes.values,
    relocate: relocate ?? (specifier => specifier),
  })
  return {
    code,
    map: { version: 3, file: '', sources: [path], sourcesContent: [text], names: [], mappings },
    warnings: format === 'html' ? lint(template) : [],
  }
}

export function strictModes(strict: Strictness | undefined): Required<StrictModes> {
  if (typeof strict === 'boolean') return { locals: strict, values: strict }
  return { locals: strict?.locals ?? true, values: strict?.values ?? false }
}
