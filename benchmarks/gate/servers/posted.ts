import { createApp } from 'arlen'
import * as v from 'valibot'

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(100))
const Order = v.object({
  customer: v.object({ name: text, email: text, phone: text }),
  lines: v.array(
    v.object({ productId: v.pipe(v.number(), v.integer()), quantity: v.pipe(v.number(), v.integer()), note: text }),
  ),
  address: v.object({ street: text, city: text, state: text, zip: text }),
})

const app = createApp({
  config: { apiOnly: true, security: { enabled: false }, log: { level: 'silent', requests: false } },
})
app.post('/api/orders', { body: Order }, c => ({ lines: c.valid.body.lines.length }))

export default app
