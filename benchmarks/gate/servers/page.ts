import { createApp } from 'arlen'

const products = Array.from({ length: 20 }, (_, at) => ({
  id: at + 1,
  name: `Grill ${at + 1}`,
  price: `$${at * 10}.90`,
}))

const app = createApp({
  config: {
    session: { enabled: false },
    security: { enabled: false },
    log: { level: 'silent', requests: false },
    views: { dir: 'gate/servers/templates', layout: 'layout' },
  },
})
app.get('/', c => c.render('home', { title: 'Strickland Propane', products }))

export default app
