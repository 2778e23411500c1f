import type { Diagnostic } from '@arlen/core'
import { generate } from './codegen.ts'
import type { Format } from './escape.ts'
import { lint } from './html-lint.ts'
import { parse } from './parser.ts'
import type { SourceMap } from './source-map.ts'
import { formatOf, nameOfFile } from './template-name.ts'

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

export interface StrictModes {
  /** A local that the template mentions and was not given is an error. Default true. */
  locals?: boolean
  /** Printing null or undefined is an error, for TypeScript too. Default false. */
  values?: boolean
}

/** Both modes at once, or each by name. */
export type Strictness = boolean | StrictModes

export interface CompiledTemplate {
  /** A TypeScript module; its lines are those of the template. */
  code: string
  map: SourceMap
  warnings: Diagnostic[]
}

/**
 * Compiles a template to a TypeScript module. Pure: it reads no file and runs nothing of the template.
 *
 * @throws TemplateError with the place of the first mistake
 */
export function compileTemplate(text: string, options: CompileOptions): CompiledTemplate {
  const source = { path: options.path, text }
  const template = parse(source)
  const format = options.format ?? formatOf(options.path)
  const strict = strictModes(options.strict)
  const { code, mappings } = generate(template, {
    name: options.name ?? nameOfFile(options.path),
    format,
    strictLocals: strict.locals,
    strictValues: strict.values,
    relocate: options.relocate ?? (specifier => specifier),
  })
  return {
    code,
    map: { version: 3, file: '', sources: [options.path], sourcesContent: [text], names: [], mappings },
    warnings: format === 'html' ? lint(template) : [],
  }
}

export function strictModes(strict: Strictness | undefined): Required<StrictModes> {
  if (typeof strict === 'boolean') return { locals: strict, values: strict }
  return { locals: strict?.locals ?? true, values: strict?.values ?? false }
}
