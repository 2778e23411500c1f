import { createApp } from 'arlen'
import { injected } from './injected.ts'

const app = createApp({
  config: { apiOnly: true, security: { enabled: false }, log: { level: 'silent', requests: false } },
})
app.get('/api/hello', () => {
  injected()
  return { hello: 'world' }
})

export default app
