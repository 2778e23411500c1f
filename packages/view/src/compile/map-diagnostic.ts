import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Diagnostic } from '@arlen/core'
import { codeFrame } from '@arlen/core/code-frame'
import { originalPosition, type SourceMap } from './source-map.ts'

/**
 * Maps a TypeScript diagnostic in a module that `buildViews()` wrote to its position in the template. Other diagnostics are
 * returned unchanged.
 */
export function mapDiagnostic(diagnostic: Diagnostic): Diagnostic {
  const { file, line = 1, column = 1 } = diagnostic
  if (!file || !/\.ets\.(?:ts|js)$/.test(file)) return diagnostic
  const mapUrl = pathToFileURL(`${file.replace(/\.ts$/, '.js')}.map`)
  let map: SourceMap
  try {
    map = JSON.parse(readFileSync(mapUrl, 'utf8')) as SourceMap
  } catch {
    return diagnostic // not one of our modules, or one without its map
  }
  const position = originalPosition(map, { line, column })
  if (!position) return diagnostic
  const snippet = codeFrame(map.sourcesContent[0] ?? '', position.line, position.column)
  return { ...diagnostic, file: fileURLToPath(new URL(map.sources[0]!, mapUrl)), ...position, snippet }
}
