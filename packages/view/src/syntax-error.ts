import { basename } from 'node:path'
import { Script } from 'node:vm'
import type { CompiledTemplate } from './compile-template.ts'
import { viewError } from './errors.ts'
import { Lines, type Position } from './position.ts'
import { originalPosition, type SourceMap } from './source-map.ts'
import { stripTypesNow } from './strip-types.ts'
import { TemplateError } from './template-error.ts'

const SCRIPT = 'arlen-template'
const MODULE_SYNTAX =
  /(?<=^|[;}]) *import\s[^;]*?['"][^'"\n]*['"]\s*(?:with\s*\{[^}]*\}\s*)?;|(?<=^|[;}]) *export (?:default )?(?=\w)|\bimport\.meta\b/gm

interface Failure {
  message: string
  stack?: string | undefined
}

/**
 * Turns the failure to load a generated module into an error at the template's own place; where none can
 * be told, which is where a module that the template imports is at fault, at the fallback, or undefined.
 */
export function syntaxError(
  failure: Failure,
  name: string,
  compiled: CompiledTemplate,
  fallback?: Position,
): TemplateError | undefined {
  const { code, map } = compiled
  const source = { path: map.sources[0]!, text: map.sourcesContent[0]! }
  const position = positionOf(placeOf(failure), map) ?? positionOf(placeOf(earlyError(code)), map)
  const place = position ?? importPlace(failure.message, source.text) ?? fallback
  if (!place) return undefined
  const reason = viewError('template_invalid', { name, reason: failure.message.replace(/\.?$/, '.') }).message
  return new TemplateError('template_invalid', reason, source, place, { cause: failure })
}

/**
 * What the parser of V8 says of a generated module without its types; nothing of it is run. Read as a script, because of
 * modules Node.js does not tell the place of an error; so imports and exports are blanked out.
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
  const stripped = stripTypesNow(code)
  return 'code' in stripped ? findSyntaxError(stripped.code) : stripped
}

interface Place extends Position {
  file: string
}

// Node.js begins the stack of a syntax error with `file:line`, lines up to there, and a row of carets below the place.
function placeOf(failure: Failure | undefined): Place | undefined {
  const [first, ...rest] = failure?.stack?.split('\n') ?? []
  const [, file, line] = /^(.*):(\d+)$/.exec(first ?? '') ?? []
  const carets = rest.find(text => /^\s*\^+\s*$/.test(text))
  if (file === undefined || carets === undefined) return undefined
  return { file, line: Number(line), column: carets.indexOf('^') + 1 }
}

// The file is that of the template with a number after it, or nothing where it was compiled from a string.
function positionOf(place: Place | undefined, map: SourceMap): Position | undefined {
  const own = place && (place.file === '' || place.file === SCRIPT || place.file.includes(basename(map.sources[0]!)))
  return own ? originalPosition(map, place) : undefined
}

// "… does not provide an export named 'x'" is about the import of x, which is in the header.
function importPlace(message: string, text: string): Position | undefined {
  const name = /named '([^']+)'/.exec(message)?.[1]
  const at = name === undefined ? -1 : text.indexOf(name)
  return at < 0 ? undefined : new Lines(text).at(at)
}
