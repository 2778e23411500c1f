import type { Pattern, Segment, TextToken } from './segment.ts'

interface Writable {
  readonly pattern: Pattern
  readonly formats: readonly string[]
}

/** One spelling of a route's path: with or without its optional segment, with or without a suffix. */
export interface Variant {
  readonly segments: readonly Segment[]
  readonly trailingSlash: boolean
  readonly format: string | undefined
  /** Whether it differs from the path as written. Routes whose path is written like this take precedence. */
  readonly derived: boolean
}

/** All spellings of a path. */
export function variantsOf({ pattern, formats }: Writable, ignoreTrailingSlash: boolean): Variant[] {
  const { segments, optional } = pattern
  const trailingSlash = pattern.trailingSlash && !ignoreTrailingSlash
  const variants: Variant[] = [{ segments, trailingSlash, format: undefined, derived: false }]
  if (optional)
    variants.push({ segments: segments.slice(0, -1), trailingSlash: false, format: undefined, derived: true })
  if (formats.length === 0) return variants
  const suffixed = variants
    .filter(variant => variant.segments.length > 0 && !variant.trailingSlash)
    .flatMap(variant => formats.map(format => ({ ...variant, ...withSuffix(variant.segments, format) })))
  return [...variants, ...suffixed]
}

function withSuffix(segments: readonly Segment[], format: string): Pick<Variant, 'segments' | 'format' | 'derived'> {
  const last = segments.at(-1)!
  const end = last.at(-1)!
  const suffix = `.${format}`
  const text: TextToken = { kind: 'text', text: end.kind === 'text' ? end.text + suffix : suffix }
  const tokens = [...(end.kind === 'text' ? last.slice(0, -1) : last), text]
  return { segments: [...segments.slice(0, -1), tokens], format, derived: true }
}
