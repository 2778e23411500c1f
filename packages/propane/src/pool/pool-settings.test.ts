import { expect, test } from 'vitest'
import { resolveAccessories } from '../accessories.ts'
import { inContainer } from '../system/container.ts'
import { poolSettings } from './pool-settings.ts'

test('automatic times are decided, given ones count', () => {
  expect(poolSettings(resolveAccessories()).preStopDelay).toBe(inContainer() ? 5000 : 0)
  expect(poolSettings(resolveAccessories({ preStopDelay: '3s' })).preStopDelay).toBe(3000)
})

test('0 turns the limits off that a worker would be killed for', () => {
  const settings = poolSettings(resolveAccessories({ bootTimeout: 0, heartbeatTimeout: 0, drainTimeout: 0 }))
  expect(settings.bootTimeout).toBeGreaterThan(86_400_000)
  expect(settings.heartbeatTimeout).toBeGreaterThan(86_400_000)
  expect(settings.drainTimeout).toBe(0)
})
