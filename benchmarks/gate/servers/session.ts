import { createApp } from 'arlen'

const app = createApp({
  config: { security: { enabled: false }, log: { level: 'silent', requests: false } },
})
app.get('/start', c => {
  c.session.set('user', {
    id: 12_345,
    name: 'Ada Lovelace',
    locale: 'en-GB',
    roles: ['customer', 'beta'],
    note: 'x'.repeat(60),
  })
  c.session.set('count', 0)
  return {}
})
app.get('/count', c => {
  const count = (c.session.get<number>('count') ?? 0) + 1
  c.session.set('count', count)
  return { count }
})

export default app
