import * as v from 'valibot'

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(100))

/** What `posted` is checked by. */
export const Order = v.object({
  customer: v.object({ name: text, email: text, phone: text }),
  lines: v.array(
    v.object({ productId: v.pipe(v.number(), v.integer()), quantity: v.pipe(v.number(), v.integer()), note: text }),
  ),
  address: v.object({ street: text, city: text, state: text, zip: text }),
})
