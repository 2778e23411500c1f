import { createApp } from 'arlen'

const app = createApp({ config: { session: { enabled: false } } })

app.get('/', { name: 'home' }, c => c.render('home', { title: 'Home' }))

app.get('/users/:id', { name: 'user' }, async c => ({
  link: c.urlFor('user', { id: 7 }),
  rows: await c.db.query('select id, name from users where id = $1', [1]),
}))

export default app
