// The example application itself, as propane would run it.
import type { Servable } from '@arlen/core'

export async function start(): Promise<number> {
  const module = new URL('../../../apps/strickland/app.ts', import.meta.url)
  const { default: shop } = (await import(module.href)) as { default: Servable }
  const { port } = await shop.listen({ port: 0, host: '127.0.0.1' })
  return port
}
