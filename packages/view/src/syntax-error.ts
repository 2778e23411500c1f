import type { CompiledTemplate } from './compile-template.ts'
import { viewError } from './errors.ts'
import type { Position } from './position.ts'
import { originalPosition } from './source-map.ts'
import { TemplateError } from './template-error.ts'

/**
 * Turns the failure to load a generated module into an error at the template's own place. Node.js begins the stack of a
 * syntax error with `file:line`, the lines up to there, and a row of carets below the place.
 */
export function syntaxError(
  failure: { message: string; stack?: string | undefined },
  name: string,
  { map }: Pick<CompiledTemplate, 'map'>,
): TemplateError {
  const place = placeOf(failure.stack ?? '')
  const position = (place && originalPosition(map, place)) ?? { line: 1, column: 1 }
  const reason = viewError('template_invalid', { name, reason: failure.message.replace(/\.?$/, '.') }).message
  const source = { path: map.sources[0]!, text: map.sourcesContent[0]! }
  return new TemplateError('template_invalid', reason, source, position, { cause: failure })
}

function placeOf(stack: string): Position | undefined {
  const [first, ...rest] = stack.split('\n')
  const line = /:(\d+)$/.exec(first ?? '')
  const carets = rest.find(text => /^\s*\^+\s*$/.test(text))
  return line && carets !== undefined ? { line: Number(line[1]), column: carets.indexOf('^') + 1 } : undefined
}
