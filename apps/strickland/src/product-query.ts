import { IntegerParam, orElse } from 'arlen'
import * as v from 'valibot'

/** Text that PostgreSQL can hold: anything but NUL. */
const Text = v.pipe(
  v.string(),
  v.maxLength(200, 'Must have at most 200 characters.'),
  v.check(text => !text.includes('\0'), 'Must not contain NUL.'),
  v.trim(),
)

/** `?q=&category=&page=`, each of which may be missing or empty. */
export const ProductQuery = v.object({
  q: v.optional(Text, ''),
  category: v.optional(Text, ''),
  page: orElse(
    v.pipe(IntegerParam, v.minValue(1, 'Must be at least 1.'), v.maxValue(100_000, 'Must be at most 100000.')),
    1,
  ),
})
