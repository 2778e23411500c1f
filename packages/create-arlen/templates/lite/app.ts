import { createApp } from 'arlen'

const app = createApp({ config: { session: { enabled: false } } })

app.get('/', c => c.html('<!doctype html><title>App Name</title><h1>Hello</h1>'))

app.get('/hello/:name', c => ({ hello: c.params.name }))

export default app
