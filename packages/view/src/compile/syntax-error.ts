import { basename } from 'node:path'
import { Script } from 'node:vm'
import { parseSyntaxErrorHeader } from '@arlen/core/stack'
import { stripTypesSync } from '@arlen/core/strip-types'
import { viewError } from '../errors.ts'
import { Lines, type Position } from '../position.ts'
import { TemplateError } from '../template-error.ts'
import type { CompiledTemplate } from './compile-template.ts'
import { originalPosition, type SourceMap } from './source-map.ts'

const SCRIPT = 'arlen-template'
const MODULE_SYNTAX =
  /(?<=^|[;}]) *import\s[^;]*?['"][^'"\n]*['"]\s*(?:with\s*\{[^}]*\}\s*)?;|(?<=^|[;}]) *export (?:default )?(?=\w)|\bimport\.meta\b/gm

interface Failure {
  message: string
  stack?: string | undefined
}

/**
 * Turns the failure to load a generated module into an error in the template. If its position is unknown, because an imported
 * module is at fault, it is reported at the fallback; without one, the result is undefined.
 */
export function syntaxError(
  failure: Failure,
  name: string,
  compiled: CompiledTemplate,
  fallback?: Position,
): TemplateError | undefined {
  const { code, map } = compiled
  const source = { path: map.sources[0]!, text: map.sourcesContent[0]! }
  const position = positionOf(failure, map) ?? positionOf(earlyError(code), map)
  const place = position ?? importPosition(failure.message, source.text) ?? fallback
  if (!place) return undefined
  const reason = viewError('template_invalid', { name, reason: failure.message.replace(/\.?$/, '.') }).message
  return new TemplateError('template_invalid', reason, source, place, { cause: failure })
}

/**
 * Parses a generated module, with types stripped, with V8's parser, without running it. It is parsed as a script, because
 * Node.js does not reveal where an error in a module is; therefore imports and exports are blanked out.
 */
export function findSyntaxError(script: string): Failure | undefined {
  const strict = '"use strict";'
  const plain = script.replace(MODULE_SYNTAX, text => (text === 'import.meta' ? 'import_meta' : blank(text)))
  try {
    new Script(strict + plain, { filename: SCRIPT, columnOffset: -strict.length })
    return undefined
  } catch (error) {
    return error as Error
  }
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}

function earlyError(code: string): Failure | undefined {
  const stripped = stripTypesSync(code)
  return 'code' in stripped ? findSyntaxError(stripped.code) : stripped
}

/** @returns the position in the template, or undefined if the failure is not about its module */
function positionOf(failure: Failure | undefined, map: SourceMap): Position | undefined {
  // The file is the template's path with a number, or empty if it was compiled from a string.
  const isOwn = (file: string) => file === '' || file === SCRIPT || file.includes(basename(map.sources[0]!))
  const place = parseSyntaxErrorHeader(failure?.stack ?? '', isOwn)
  return place?.column === undefined ? undefined : originalPosition(map, { line: place.line, column: place.column })
}

// "… does not provide an export named 'x'" is about the import of x, which is in the header.
function importPosition(message: string, text: string): Position | undefined {
  const name = /named '([^']+)'/.exec(message)?.[1]
  const at = name === undefined ? -1 : text.indexOf(name)
  return at < 0 ? undefined : new Lines(text).at(at)
}
