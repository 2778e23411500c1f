import { IntegerParam, orElse } from 'arlen'
import * as v from 'valibot'
import { Text } from './text.ts'

/** `?q=&category=&page=`, each of which may be missing or empty. */
export const ProductQuery = v.object({
  q: v.optional(Text, ''),
  category: v.optional(Text, ''),
  page: orElse(
    v.pipe(IntegerParam, v.minValue(1, 'Must be at least 1.'), v.maxValue(100_000, 'Must be at most 100000.')),
    1,
  ),
})
