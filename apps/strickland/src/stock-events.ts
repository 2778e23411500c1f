import { EventEmitter, on } from 'node:events'
import type { App, Routes } from 'arlen'

/** The channel of the trigger `products_tell_stock`. */
const CHANNEL = 'stock'

/** Server-sent events of what is left of products, whichever machine has sold them: PostgreSQL tells all that listen. */
export function stockEvents(routes: Routes, app: Pick<App, 'db'>): void {
  const changes = new EventEmitter().setMaxListeners(0)
  let listening: Promise<unknown> | undefined
  const listen = () => {
    listening ??= app.db
      .listen(CHANNEL, text => changes.emit('change', JSON.parse(text)))
      .catch(error => {
        listening = undefined // the next client tries again
        throw error
      })
    return listening
  }

  routes.get('/products/stock', { name: 'stock' }, async c => {
    await listen()
    return c.events(async function* (signal) {
      const stock = on(changes, 'change', { signal })
      yield { event: 'ready', data: '' }
      for await (const [change] of stock) yield { event: 'change', data: change }
    })
  })
}
