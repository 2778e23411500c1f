import { createApp } from 'arlen'

const app = createApp({ config: { session: { enabled: false } } })

app.get('/a', () => 'first')
app.get('/a', () => 'second')

await app.listen({ port: 0 })
