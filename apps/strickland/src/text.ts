import * as v from 'valibot'

/** A line of text that PostgreSQL can store: anything but NUL. */
export const Text = v.pipe(
  v.string(),
  v.maxLength(200, 'Must have at most 200 characters.'),
  v.check(text => !text.includes('\0'), 'Must not contain NUL.'),
  v.trim(),
)
