import type { Route } from '@arlen/router'

type Json = Record<string, unknown>
type Pattern = Route['pattern']

/** One path of a document, with its parameters. */
export interface DocumentPath {
  /** `/users/{id}` */
  readonly template: string
  readonly names: readonly string[]
}

/**
 * The paths of a route in OpenAPI's notation: one, or two if its last segment is optional, because OpenAPI requires every
 * path parameter.
 */
export function documentPaths(pattern: Pattern): DocumentPath[] {
  const { segments, optional } = pattern
  const whole = pathOf(segments, pattern.trailingSlash)
  return optional ? [pathOf(segments.slice(0, -1), false), whole] : [whole]
}

function pathOf(segments: Pattern['segments'], trailingSlash: boolean): DocumentPath {
  const names: string[] = []
  const texts = segments.map(segment =>
    segment
      .map(token => {
        if (token.kind === 'text') return token.text
        names.push(token.name)
        return `{${token.name}}`
      })
      .join(''),
  )
  return { template: `/${texts.join('/')}${trailingSlash ? '/' : ''}`, names }
}

/** The type that a parameter's constraint implies: `:id<int>` is a whole number. */
export function constraintSchema({ segments }: Pattern, name: string): Json {
  const token = segments.flat().find(one => one.kind !== 'text' && one.name === name)
  const type = token !== undefined && token.kind !== 'text' ? token.constraint?.name : undefined
  if (type === 'int') return { type: 'integer' }
  return type === 'uuid' ? { type: 'string', format: 'uuid' } : { type: 'string' }
}
