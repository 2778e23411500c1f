import { createApp } from 'arlen'

const app = createApp({
  config: { apiOnly: true, security: { enabled: false }, log: { level: 'silent', requests: false } },
})
const names =
  'accounts addresses baskets brands categories coupons customers deliveries invoices orders payments reviews stocks'
for (const name of names.split(' ')) {
  for (const path of [`/api/${name}`, `/api/${name}/latest`, `/${name}`]) app.get(path, () => ({}))
}
app.get('/api/products/:id', c => ({ id: Number(c.params.id), name: 'Cast-iron griddle, 33 cm', priceCents: 5490 }))

export default app
